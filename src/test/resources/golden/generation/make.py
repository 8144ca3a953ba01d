"""Distributions of Transformers' warpers, and greedy texts of its generate(): make.py MODELS_FOLDER generation.json"""
import json, torch, glob, os, sys
from transformers import AutoModelForCausalLM, AutoTokenizer, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper
torch.manual_seed(7)
out={"made_with":{"torch":torch.__version__,"transformers":__import__("transformers").__version__},"warpers":[],"greedy":[]}
rows=[torch.randn(12)*3, torch.randn(12), torch.tensor([1.,1.,1.,1.,2.,2.,0.,0.,-1.,3.,3.,3.])]
for x in rows:
    for t,k,p in [(1,0,1),(.7,0,1),(1,3,1),(1,0,.9),(1,0,.3),(.5,4,.8),(2.,6,.55),(1.3,50,.95),(1,1,.5),(1,0,1e-4)]:
        s=x[None].clone()
        if t!=1: s=TemperatureLogitsWarper(float(t))(None,s)
        if k>0: s=TopKLogitsWarper(k)(None,s)
        if p<1: s=TopPLogitsWarper(p)(None,s)
        out["warpers"].append({"logits":x.tolist(),"temperature":t,"top_k":k,"top_p":p,"probabilities":torch.softmax(s,-1)[0].tolist()})
G=sys.argv[1] + '/'
prompts=["The sky is","Reference models stay frozen while the","a","def f(x):\n    return x * 2 and much more than a window of eight tokens"]
for m in sorted(os.listdir(G)):
    if not os.path.isdir(G+m): continue
    tok=AutoTokenizer.from_pretrained(G+m); model=AutoModelForCausalLM.from_pretrained(G+m,dtype=torch.float32,attn_implementation="eager").eval()
    for p in prompts:
        ids=tok(p,return_tensors="pt").input_ids
        with torch.no_grad():
            y=model.generate(ids,attention_mask=torch.ones_like(ids),do_sample=False,max_new_tokens=24,pad_token_id=0)
            # how near the runner-up is to the choice, at worst
            z=model(y).logits[0,ids.shape[1]-1:-1]; top=z.topk(2).values; gap=(top[:,0]-top[:,1]).min().item()
        out["greedy"].append({"model":m,"prompt_ids":ids[0].tolist(),"new_ids":y[0,ids.shape[1]:].tolist(),"smallest_gap":gap})
json.dump(out,open(sys.argv[2],'w'))
for g in out["greedy"]: print(g["model"],g["smallest_gap"],len(g["new_ids"]))
