"""Writes the tokenizers beside it and what AutoTokenizer makes of them, with transformers 5.18.0: python make.py"""

import json
import pathlib

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer

here = pathlib.Path(__file__).parent
corpus = ["the cat sat on the mat, the 12 cats sat 345 times", "Don't say no; say yes!", "def f(x):\n    return x"] * 20
texts = [
    "", " ", "the cat", " the cat  sat", "12 cats 345", "don't\n\n say", "e\u0301t\u00e9 日本", "👍", "a<|end|>b", "<s>the</s> cat",
    "x <bos> y<eos>", "\tthe", "the\u00a0mat", "▁the",
]


def bos(token):
    return lambda t: processors.TemplateProcessing(single=f"{token} $A", special_tokens=[(token, t.token_to_id(token))])


def byte_level(post=None):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=320, special_tokens=["<|end|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        ),
    )
    if post:
        t.post_processor = post(t)
    return t


def pieces(specials, post):
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    t.train_from_iterator(
        corpus,
        trainers.BpeTrainer(vocab_size=340, special_tokens=specials + [f"<0x{i:02X}>" for i in range(256)], show_progress=False),
    )
    j = json.loads(t.to_str())
    j["added_tokens"] = [a for a in j["added_tokens"] if a["content"] in specials]
    t = Tokenizer.from_str(json.dumps(j))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.pre_tokenizer = None
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.post_processor = post(t)
    return t


LLAMA = ["<unk>", "<s>", "</s>"]
GEMMA = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
END = {"bos_token": "<|end|>", "eos_token": "<|end|>", "unk_token": "<|end|>"}
S = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
cases = {
    "file": (byte_level(), {"tokenizer_class": "PreTrainedTokenizerFast", **END}, "llama"),
    "gpt2": (byte_level(), {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True, **END}, "llama"),
    "neox": (byte_level(bos("<|end|>")), {"tokenizer_class": "GPTNeoXTokenizer", "add_bos_token": True, **END}, "gpt_neox"),
    "qwen2": (byte_level(bos("<|end|>")), {"tokenizer_class": "LlamaTokenizerFast", "eos_token": "<|end|>"}, "qwen2"),
    "granite": (byte_level(), {"tokenizer_class": "GPT2Tokenizer", **END}, "granite"),
    "llama": (pieces(LLAMA, bos("<s>")), {"tokenizer_class": "LlamaTokenizer", "legacy": False, **S}, "llama"),
    "legacy": (pieces(LLAMA, bos("<s>")), {"tokenizer_class": "LlamaTokenizer", "legacy": True, **S}, "llama"),
    "mistral": (pieces(LLAMA, bos("<s>")), {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, **S}, "mistral"),
    "gemma": (pieces(GEMMA, bos("<bos>")), {"bos_token": "<bos>", "eos_token": "<eos>"}, "gemma2"),
    "cohere": (byte_level(), {"tokenizer_class": "CohereTokenizer", "eos_token": "<|end|>"}, "llama"),
}
plain = byte_level()
j = json.loads(plain.to_str())
j["added_tokens"] = []
cases["unmarked"] = (Tokenizer.from_str(json.dumps(j)), {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>"}, "llama")
for name, (tokenizer, config, model) in cases.items():
    folder = here / name
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "config.json").write_text(json.dumps({"model_type": model}))
    opened = AutoTokenizer.from_pretrained(folder)
    expected = {
        "class": type(opened).__name__,
        "special_tokens": opened.special_tokens_map,
        "encode": [{"text": t, "ids": opened(t)["input_ids"]} for t in texts],
    }
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False))
