"""Writes the Parquet files beside it, with pyarrow 25.0.1 and datasets 5.0.1: python make.py"""

import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset

here = pathlib.Path(__file__).parent
pairs = [{"prompt": f"Question {i}?", "chosen": f"Yes, {i}. 日本 👍", "rejected": f"No {i % 3}."} for i in range(20)]
talks = [
    {
        "prompt": ([{"role": "system", "content": "Be brief."}] if i % 2 else []) + [{"role": "user", "content": f"Q {i}"}],
        "chosen": [{"role": "assistant", "content": f"good {i}"}],
        "rejected": [{"role": "assistant", "content": f"bad {i}"}],
        "score_chosen": i / 7,
        "meta": {"id": i, "tags": ["a", "b"][: i % 3]},
    }
    for i in range(20)
]
calls = [
    {
        "prompt": [{"role": "user", "content": "Weather?"}],
        "chosen": [{"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "w", "arguments": {"city": "Rome"}}}]}],
        "rejected": [{"role": "assistant", "content": "no idea"}],
        "tools": json.dumps([{"type": "function", "function": {"name": "w"}}]),
    }
]
for codec in ["none", "snappy", "gzip", "zstd", "brotli"]:
    pq.write_table(pa.Table.from_pylist(pairs), here / f"pairs-{codec}.parquet", compression=codec)
pq.write_table(pa.Table.from_pylist(pairs), here / "pairs-delta.parquet", use_dictionary=False, column_encoding="DELTA_BYTE_ARRAY")
pq.write_table(pa.Table.from_pylist(talks), here / "talks-v2.parquet", data_page_version="2.0", compression="zstd", row_group_size=7)
Dataset.from_list(talks).to_parquet(here / "talks-hf.parquet")
Dataset.from_list(calls).to_parquet(here / "calls-hf.parquet")
# What has no one type is text that stands for JSON.
mixed = [
    {**calls[0], "tools": None, "chat_template_kwargs": {"think": True}},
    {**calls[0], "chosen": [{"role": "assistant", "content": "5"}], "tools": None, "chat_template_kwargs": {"think": "no"}},
]
Dataset.from_list(mixed, on_mixed_types="use_json").to_parquet(here / "json-hf.parquet")
pq.write_table(
    pa.table({"prompt": ["a", None, "c"], "chosen": ["x", "y", None], "rejected": ["1", "2", "3"]}), here / "nulls.parquet"
)
pq.write_table(pa.table({"instruction": ["a"], "preferred": ["x"], "dispreferred": ["y"], "id": [7]}), here / "renamed.parquet")
pq.write_table(pa.table({"promt": ["a"], "chosen": ["x"], "rejected": ["y"]}), here / "slip.parquet")
pq.write_table(
    pa.table({"prompt": list("abcde"), "chosen": ["x"] * 5, "rejected": ["y"] * 5, "weight": [2.5, None, float("nan"), 0.0, -1.0]}),
    here / "weights.parquet",
)


def zigzag(n):
    out, n = b"", 2 * n
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


# The first page holds 900010 bytes, and its header says 100000.
over = here / "oversized-snappy.parquet"
pq.write_table(
    pa.table({"prompt": ["x" * 900_000], "chosen": ["a"], "rejected": ["b"]}), over, use_dictionary=False, write_statistics=False
)
over.write_bytes(over.read_bytes().replace(zigzag(900_010), zigzag(100_000), 1))
