"""Seconds from POST /jobs to the first metric that a client sees, with a tiny model.

usage: first_metric.py URL [--jobs 10]          URL as in http://127.0.0.1:8080; nothing else should run there

Uploads the smallest checkpoint of the tests and one pair, submits one job after the other and polls its metrics. Run it from
the top of the source tree; needs nothing but Python.
"""
import argparse
import glob
import json
import os
import statistics
import time
import urllib.request
import uuid

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("url")
parser.add_argument("--jobs", type=int, default=10)
opt = parser.parse_args()
api = opt.url.rstrip("/") + "/api/v1/"


def ask(path, body=None, content_type="application/json"):
    request = urllib.request.Request(api + path, body, {"Content-Type": content_type} if body else {})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def upload(path, name, part, files):
    """Multipart, by hand: one field and the files."""
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n{name}\r\n'.encode()]
    for file, content in files.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"; filename="{file}"\r\n\r\n'.encode()
                     + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return ask(path, b"".join(parts), f"multipart/form-data; boundary={boundary}")["id"]


def content(file):
    with open(file, "rb") as f:
        return f.read()


checkpoint = {os.path.basename(file): content(file)
              for file in glob.glob("src/test/resources/golden/models/llama-tied-tiny/*")
              if not os.path.basename(file).startswith("expected")}
model = upload("models", "first-metric-" + uuid.uuid4().hex[:8], "files", checkpoint)
dataset = upload("datasets", "first-metric", "file",
                 {"pair.jsonl": b'{"prompt":"A film was","chosen":"good","rejected":"bad"}\n'})
job = json.dumps({"model": model, "dataset": dataset,
                  "training": {"max_steps": 5, "logging_steps": 1, "learning_rate": 1e-3}}).encode()
seconds = []
for _ in range(opt.jobs):
    began = time.monotonic()
    posted = ask("jobs", job)["id"]
    while not ask(f"jobs/{posted}/metrics?names=loss")["series"].get("loss"):
        time.sleep(0.02)
    seconds.append(time.monotonic() - began)
    while (now := ask(f"jobs/{posted}"))["status"] not in ("succeeded", "failed", "cancelled"):
        time.sleep(0.05)
    assert now["status"] == "succeeded", now["status_reason"]
print("first: %.2f s, then: median %.2f s, from %.2f to %.2f s" % (
    seconds[0], statistics.median(seconds[1:]), min(seconds[1:]), max(seconds[1:])))
