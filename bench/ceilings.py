#!/usr/bin/env python3
"""ceilings.py cuda|cpu QUICK: the roof that steps are held against, one JSON line: GB/s of a copy (read and write) and TFLOP/s of a
square matrix product, the best of several."""
import json, sys, time
import torch

device, quick = sys.argv[1], sys.argv[2] == "1"
n, mb = (512, 64) if quick else (8192, 4096)
sync = torch.cuda.synchronize if device == "cuda" else (lambda: None)


def best(work, times=5):
    least = float("inf")
    for _ in range(times + 2):
        sync(); start = time.perf_counter(); work(); sync()
        least = min(least, time.perf_counter() - start)
    return least


source = torch.ones(mb << 18, device=device); target = torch.empty_like(source)
found = {"device": device, "copy_gb_per_s": round(2 * source.numel() * 4 / best(lambda: target.copy_(source)) / 1e9, 1)}
for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
    a = torch.ones(n, n, device=device, dtype=dtype)
    found[f"matmul_{name}_tflop_per_s"] = round(2 * n**3 / best(lambda: a @ a) / 1e12, 2)
print(json.dumps(found))
