#!/usr/bin/env python3
"""Writes models of random weights for llama.cpp, in the shapes of presets: float32, Q8_0 and Q4_0. Needs `pip install gguf numpy`.

    python3 bench/llama_cpp_models.py OUT [M|tinyllama-1.1b]
"""
import pathlib
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

SHAPES = {
    "M": dict(width=768, layers=12, heads=12, groups=12, hidden=2048, vocabulary=8192),
    "tinyllama-1.1b": dict(width=2048, layers=22, heads=32, groups=4, hidden=5632, vocabulary=32000),
}
FORMS = {"f32": (None, 0), "q8": (Type.Q8_0, 7), "q4": (Type.Q4_0, 2)}


def write(path, form, width, layers, heads, groups, hidden, vocabulary):
    kind, number = FORMS[form]
    out = gguf.GGUFWriter(path, "llama")
    out.add_context_length(512)
    out.add_embedding_length(width)
    out.add_block_count(layers)
    out.add_feed_forward_length(hidden)
    out.add_head_count(heads)
    out.add_head_count_kv(groups)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_rope_dimension_count(width // heads)
    out.add_vocab_size(vocabulary)
    out.add_file_type(number)
    out.add_tokenizer_model("llama")
    pieces = [b"<unk>", b"<s>", b"</s>"] + [b"<0x%02X>" % i for i in range(256)]
    pieces += [b"t%d" % i for i in range(vocabulary - len(pieces))]
    out.add_token_list(pieces)
    out.add_token_scores([0.0] * vocabulary)
    out.add_token_types([2, 3, 3] + [6] * 256 + [1] * (vocabulary - 259))
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_unk_token_id(0)
    draw = np.random.default_rng(0)

    def matrix(name, *shape):
        values = draw.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
        if kind is None:
            out.add_tensor(name, values)
        else:
            out.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)

    def gain(name):
        out.add_tensor(name, np.ones(width, np.float32))

    matrix("token_embd.weight", vocabulary, width)
    gain("output_norm.weight")
    matrix("output.weight", vocabulary, width)
    for i in range(layers):
        block = f"blk.{i}."
        gain(block + "attn_norm.weight")
        gain(block + "ffn_norm.weight")
        matrix(block + "attn_q.weight", width, width)
        matrix(block + "attn_k.weight", width // heads * groups, width)
        matrix(block + "attn_v.weight", width // heads * groups, width)
        matrix(block + "attn_output.weight", width, width)
        matrix(block + "ffn_gate.weight", hidden, width)
        matrix(block + "ffn_up.weight", hidden, width)
        matrix(block + "ffn_down.weight", width, hidden)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


if not 2 <= len(sys.argv) <= 3 or sys.argv[2:] and sys.argv[2] not in SHAPES:
    sys.exit(__doc__)
shape = sys.argv[2] if len(sys.argv) > 2 else "M"
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for form in FORMS:
    write(folder / f"{shape}-{form}.gguf", form, **SHAPES[shape])
