"""Prints the logits of a Hugging Face folder by transformers, as JSON: python logits.py FOLDER_OF_LOADER FOLDER IDS_AS_JSON."""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

sys.path.insert(0, sys.argv[1])
from load_factored import load  # noqa: E402

folder = Path(sys.argv[2])
factored = (folder / "factored.safetensors").exists()
model = load(folder) if factored else AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
with torch.no_grad():
    logits = model(torch.tensor([json.loads(sys.argv[3])])).logits[0]
print(json.dumps(logits.flatten().tolist()))
