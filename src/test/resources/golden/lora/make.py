"""Writes the fixtures of this folder with the real PEFT; see README.md."""
import json, sys
from pathlib import Path
import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file

HERE = Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
HERE = HERE if HERE.is_dir() else HERE.parent
SMALL = dict(vocab_size=24, hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2,
             num_key_value_heads=1, max_position_embeddings=16)
MODELS = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SMALL, tie_word_embeddings=False)),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**SMALL, tie_word_embeddings=True)),
    "gpt2": lambda: GPT2LMHeadModel(GPT2Config(vocab_size=24, n_embd=8, n_layer=2, n_head=2, n_positions=16,
                                                resid_pdrop=0, embd_pdrop=0, attn_pdrop=0)),
}
QV = ["q_proj", "v_proj"]
CASES = {
    "plain": ("llama", dict(target_modules=QV)),
    "default-targets": ("qwen2", dict()),
    "all-linear": ("gpt2", dict(target_modules="all-linear")),
    "regex": ("llama", dict(target_modules=r".*\.(?P<n>[01])\.(self_attn\.[qk]_proj|mlp\.(up|down)_proj)")),
    "rslora": ("llama", dict(target_modules=QV, use_rslora=True)),
    "patterns": ("llama", dict(target_modules=["q_proj", "o_proj", "down_proj"], exclude_modules=["layers.1.mlp.down_proj"],
                               rank_pattern={"o_proj": 2, r"^model\.layers\.1\..*q_proj": 4},
                               alpha_pattern={"down_proj": 5}, use_rslora=True)),
    "layers": ("qwen2", dict(target_modules=["q_proj", "up_proj"], layers_to_transform=[1], layers_pattern=["layers"])),
    "dora": ("llama", dict(target_modules=["q_proj", "o_proj", "gate_proj"], use_dora=True)),
    "dora-bias": ("qwen2", dict(target_modules=["q_proj", "k_proj"], use_dora=True)),
    "dora-conv1d": ("gpt2", dict(target_modules=["c_attn", "c_proj"], use_dora=True, use_rslora=True)),
    "bias-all": ("gpt2", dict(target_modules=["c_attn"], bias="all")),
    "bias-lora-only": ("qwen2", dict(target_modules=["q_proj", "o_proj"], bias="lora_only")),
    "saved-head": ("llama", dict(target_modules=QV, modules_to_save=["lm_head", "norm"])),
    "saved-embedding": ("llama", dict(target_modules=QV, modules_to_save=["embed_tokens", "layers.0.mlp"])),
    "saved-tied-apart": ("qwen2", dict(target_modules=QV, modules_to_save=["lm_head", "embed_tokens"])),
    "saved-tied-one": ("qwen2", dict(target_modules=QV, modules_to_save=["lm_head"], ensure_weight_tying=True)),
    "saved-tied-embedding": ("qwen2", dict(target_modules=QV, modules_to_save=["embed_tokens"])),
    "embedding": ("llama", dict(target_modules=["q_proj", "embed_tokens"])),
    "embedding-dora": ("qwen2", dict(target_modules=["v_proj", "embed_tokens"], use_dora=True)),
    "positions": ("gpt2", dict(target_modules=["wte", "wpe"])),
    "head": ("llama", dict(target_modules=["q_proj", "lm_head"])),
    "head-tied-dora": ("qwen2", dict(target_modules=["q_proj", "lm_head"], use_dora=True)),
}


def model(kind):
    torch.manual_seed(len(kind))
    made = MODELS[kind]().float().eval()
    for parameter in made.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    return made


for kind in MODELS:
    folder = HERE / kind
    model(kind).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)

ids = torch.tensor([[3, 17, 5, 9, 21, 5, 2, 11]])
prompt = 3
for name, (kind, settings) in CASES.items():
    torch.manual_seed(7)
    lora = LoraConfig(**{**dict(task_type="CAUSAL_LM", r=3, lora_alpha=7), **settings})
    adapted = get_peft_model(model(kind), lora).float().eval()
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data.add_(0.2 * torch.randn_like(parameter))
    adapted.peft_config["default"].base_model_name_or_path = kind
    folder = HERE / name
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "settings.json").write_text(json.dumps(dict(base=kind, lora=dict(dict(r=3, lora_alpha=7), **settings))) + "\n")
    logps = adapted(ids).logits.log_softmax(-1)[0, prompt - 1:-1].gather(1, ids[0, prompt:, None])[:, 0]
    (-logps.sum()).backward()
    expected = {"ids": ids[0].to(torch.int32).contiguous(), "logps": logps.detach().contiguous()}
    for parameter_name, parameter in adapted.named_parameters():
        if parameter.requires_grad:
            key = parameter_name.replace("modules_to_save.default.", "").replace(".default", "")
            key = key.replace("lora_magnitude_vector.weight", "lora_magnitude_vector")
            expected["grad." + key] = parameter.grad.contiguous()
    with torch.no_grad():
        with adapted.disable_adapter():
            expected["logps.off"] = adapted(ids).logits.log_softmax(-1)[0, prompt - 1:-1].gather(1, ids[0, prompt:, None])[:, 0].contiguous()
    save_file(expected, folder / "expected.safetensors")
