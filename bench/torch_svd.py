"""Times torch.svd_lowrank(niter=2) over the matrices of a checkpoint's blocks, to compare with

    ./lancet compress MODEL --on 'h.*' --ratio 0.5 --out DIR

python3 bench/torch_svd.py MODEL [SHARE]
"""

import json
import pathlib
import sys
import time

import torch
from safetensors import safe_open

model = pathlib.Path(sys.argv[1])
share = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
index = model / "model.safetensors.index.json"
files = (
    sorted(set(json.loads(index.read_text())["weight_map"].values())) if index.exists() else ["model.safetensors"]
)
wall = cpu = count = 0
errors = []
for name in files:
    with safe_open(model / name, "pt") as file:
        for key in file.keys():
            if ".layers." not in key or len(file.get_slice(key).get_shape()) != 2:
                continue
            matrix = file.get_tensor(key).float()
            rows, columns = matrix.shape
            rank = int(share * rows * columns / (rows + columns))
            begin, used = time.perf_counter(), time.process_time()
            u, s, v = torch.svd_lowrank(matrix, q=rank, niter=2)
            wall += time.perf_counter() - begin
            cpu += time.process_time() - used
            count += 1
            errors.append(((matrix - (u * s) @ v.T).norm() / matrix.norm()).item())
print(
    f"{count} matrices, {torch.get_num_threads()} threads: {wall:.1f} s, {cpu:.1f} s of processors,"
    f" mean relative error {sum(errors) / count:.4f}"
)
