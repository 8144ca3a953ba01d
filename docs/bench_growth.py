"""How the cost of a training step grows: with the share of the prompt, the batch, the length, the vocabulary, the rows and
the width of the model.

usage: bench_growth.py DIR JAR [--steps 6] [--warmup 2] [--threads 2] [--only NAME]

DIR is a folder that bench_trl.py wrote. Writes what it varies below DIR/growth, runs `bench` of JAR on it, one run after the
other, and prints Markdown tables. Needs numpy, safetensors and tokenizers.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import time

import numpy as np
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

BASE = dict(prompt=192, response=64, batch=4, vocabulary=8192, rows=80, hidden=384)
POINTS = dict(
    share=[dict(prompt=p, response=256 - p) for p in (32, 128, 192, 240)],
    batch=[dict(batch=b) for b in (1, 2, 4, 8, 16)],
    length=[dict(prompt=3 * k, response=k) for k in (16, 32, 64, 128, 240)],
    vocabulary=[dict(vocabulary=v << 10) for v in (8, 16, 32, 64, 128)],
    rows=[dict(rows=80 * k) for k in (1, 2, 4, 8, 16)],
    width=[dict(hidden=384 * k) for k in (1, 2, 4)])

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("dir")
parser.add_argument("jar")
parser.add_argument("--steps", type=int, default=6)
parser.add_argument("--warmup", type=int, default=2)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--only", choices=POINTS)
opt = parser.parse_args()
work = os.path.join(opt.dir, "growth")


def write_checkpoint(point):
    """The checkpoint of DIR; its weights as many as the point wants, at random as its own, where that is another shape."""
    folder = os.path.join(work, "checkpoint")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(opt.dir, "checkpoint"), folder)
    if all(point[size] == BASE[size] for size in ("vocabulary", "hidden")):
        return folder
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as f:
        config = json.load(f)
    wider = point["hidden"] // BASE["hidden"]
    sizes = {config["vocab_size"]: point["vocabulary"]}
    for name in ("hidden_size", "intermediate_size"):
        sizes[config[name]] = config[name] * wider
    file = os.path.join(folder, "model.safetensors")
    rng = np.random.default_rng(7)
    weights = {}
    for name, weight in load_file(file).items():
        shape = [sizes[size] for size in weight.shape]
        weights[name] = np.ones(shape, np.float32) if len(shape) == 1 else 0.02 * rng.standard_normal(shape, dtype=np.float32)
    save_file(weights, file, metadata={"format": "pt"})
    config.update(vocab_size=point["vocabulary"], hidden_size=point["hidden"],
                  intermediate_size=sizes[config["intermediate_size"]],
                  num_attention_heads=config["num_attention_heads"] * wider,
                  num_key_value_heads=config["num_key_value_heads"] * wider)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as f:
        json.dump(config, f)
    return folder


def write_rows(point):
    with open(os.path.join(opt.dir, "dataset.jsonl"), encoding="utf-8") as f:
        words = sorted({word for line in f for word in json.loads(line)["prompt"].split()})
    tokenizer = Tokenizer.from_file(os.path.join(opt.dir, "checkpoint", "tokenizer.json"))
    rng = random.Random(7)

    def passage(tokens):
        text = " ".join(rng.choices(words, k=tokens))  # a word is a token at least
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:tokens]
        return tokenizer.decode(ids)

    file = os.path.join(work, "rows.jsonl")
    with open(file, "w", encoding="utf-8") as f:
        for _ in range(point["rows"]):
            row = dict(prompt=passage(point["prompt"]), chosen=" " + passage(point["response"] - 1),
                       rejected=" " + passage(point["response"] - 1))
            f.write(json.dumps(row) + "\n")
    return file


def bench(point):
    config = os.path.join(work, "training.json")
    with open(config, "w", encoding="utf-8") as f:
        json.dump(dict(training=dict(
            per_device_train_batch_size=point["batch"], learning_rate=1e-5, weight_decay=0.0, max_length=1024,
            train_sampling_strategy="sequential", precompute_ref_log_probs=False)), f)
    command = ["java", "-Xms32m", "-Xmx1g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-jar", opt.jar,
               "bench", "--model", write_checkpoint(point), "--data", write_rows(point), "--config", config,
               "--steps", str(opt.steps), "--warmup", str(opt.warmup)]
    environment = os.environ | {"OMP_NUM_THREADS": str(opt.threads), "OMP_WAIT_POLICY": "PASSIVE", "MALLOC_ARENA_MAX": "1"}
    began = time.monotonic()
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout.splitlines()[-1]) | {"wall": time.monotonic() - began}


os.makedirs(work, exist_ok=True)
for name, points in POINTS.items():
    if opt.only not in (None, name):
        continue
    print(f"\n| {' / '.join(points[0])} | ms a step | pairs/s | GFLOP/s, share of the machine's | peak MiB | whole run, s |")
    print("|---|---|---|---|---|---|")
    for change in points:
        line = bench(BASE | change)
        print("| {} | {:,.0f} | {:.2f} | {:.0f}, {:.0f} % | {:,.0f} | {:.1f} |".format(
            " / ".join(f"{value:,}" for value in change.values()), line["step_ms_median"], line["pairs_per_second"],
            line["flops_per_second"] / 1e9, 100 * line["share_of_matrix_product_speed"],
            (line["peak_rss_bytes"] or 0) / 2**20, line["wall"]), flush=True)
