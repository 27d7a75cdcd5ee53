#!/usr/bin/env python3
"""Writes a checkpoint of TinyLlama's shape with normal weights: bfloat16, a shard for every four blocks. Needs NumPy.

    python3 bench/checkpoint.py OUT [--layers 22] [--ids FILE --tokens 21845]

--ids also writes random token ids (.i32) to calibrate on; three quarters of the rows are calibrated on, so 21845 tokens give 16,384.
"""

import argparse
import json
import os
import struct

import numpy as np

WIDTH, HIDDEN, HEADS, KV, VOCABULARY, CONTEXT = 2048, 5632, 32, 4, 32000, 2048


def bfloat16(rng, shape):
    """Normal numbers with the deviation 0.02, cut to 16 bits."""
    values = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
    return (values.view(np.uint32) >> 16).astype(np.uint16)


def block(index):
    kv = WIDTH // HEADS * KV
    name = f"model.layers.{index}."
    return {
        name + "input_layernorm.weight": [WIDTH],
        name + "self_attn.q_proj.weight": [WIDTH, WIDTH],
        name + "self_attn.k_proj.weight": [kv, WIDTH],
        name + "self_attn.v_proj.weight": [kv, WIDTH],
        name + "self_attn.o_proj.weight": [WIDTH, WIDTH],
        name + "post_attention_layernorm.weight": [WIDTH],
        name + "mlp.gate_proj.weight": [HIDDEN, WIDTH],
        name + "mlp.up_proj.weight": [HIDDEN, WIDTH],
        name + "mlp.down_proj.weight": [WIDTH, HIDDEN],
    }


def write(path, shapes, rng):
    header, end = {}, 0
    for name, shape in shapes.items():
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for shape in shapes.values():
            # The value 1 for gains, so that activations stay in range.
            values = np.full(shape, 0x3F80, np.uint16) if len(shape) == 1 else bfloat16(rng, shape)
            file.write(values.tobytes())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out")
    arguments.add_argument("--layers", type=int, default=22)
    arguments.add_argument("--ids")
    arguments.add_argument("--tokens", type=int, default=21845)
    given = arguments.parse_args()
    rng = np.random.default_rng(0)
    shards = [{"model.embed_tokens.weight": [VOCABULARY, WIDTH]}]
    for first in range(0, given.layers, 4):
        shards.append({})
        for index in range(first, min(first + 4, given.layers)):
            shards[-1].update(block(index))
    shards.append({"model.norm.weight": [WIDTH], "lm_head.weight": [VOCABULARY, WIDTH]})
    os.makedirs(given.out)
    places = {}
    for number, shapes in enumerate(shards, 1):
        name = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        write(os.path.join(given.out, name), shapes, rng)
        places.update({tensor: name for tensor in shapes})
    with open(os.path.join(given.out, "model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {}, "weight_map": places}, file)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": WIDTH,
        "intermediate_size": HIDDEN,
        "max_position_embeddings": CONTEXT,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV,
        "num_hidden_layers": given.layers,
        "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "vocab_size": VOCABULARY,
    }
    with open(os.path.join(given.out, "config.json"), "w") as file:
        json.dump(config, file, indent=1)
    if given.ids:
        rng.integers(0, VOCABULARY, given.tokens, dtype=np.int32).tofile(given.ids)


if __name__ == "__main__":
    main()
