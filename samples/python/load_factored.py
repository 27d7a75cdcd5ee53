"""Loads a model with factored layers that `lancet export --format huggingface` wrote, as a model of transformers."""

import sys
from pathlib import Path

from safetensors.torch import load_file
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer


def load(folder):
    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForCausalLM.from_config(config).float()
    for name, rank in config.lancet_factors.items():
        layer = model.get_submodule(name)
        narrow = nn.Linear(layer.in_features, rank, bias=False)
        wide = nn.Linear(rank, layer.out_features, bias=layer.bias is not None)
        model.set_submodule(name, nn.Sequential(narrow, wide))
    lost, unknown = model.load_state_dict(load_file(Path(folder) / "factored.safetensors"), strict=False)
    if unknown or set(lost) - ({"lm_head.weight"} if config.tie_word_embeddings else set()):
        raise ValueError(f"{folder}: these arrays do not fit the model: {lost + unknown}")
    model.tie_weights()
    return model.eval()


if __name__ == "__main__":
    model, words = load(sys.argv[1]), AutoTokenizer.from_pretrained(sys.argv[1])
    prompt = words(sys.argv[2], return_tensors="pt")
    print(words.decode(model.generate(**prompt, do_sample=False, max_new_tokens=60)[0], skip_special_tokens=True))
