#!/usr/bin/env python3
"""table.py FOLDER: what bench/gpu.sh left there, also half of it, as a table, results.md, and all figures in one file, results.json."""
import json, pathlib, sys

folder = pathlib.Path(sys.argv[1])
rows, found = [], {}
stages = folder / "stages.tsv"
if not stages.exists():
    sys.exit(f"table.py: {folder} has no stages.tsv; bench/gpu.sh writes it")
for line in stages.read_text().splitlines():
    name, status, seconds = (line.split("\t") + ["", "", "0"])[:3]
    try:
        figures = json.loads("{" + (folder / f"{name}.json").read_text().strip().splitlines()[-1].split("{", 1)[-1]
                             if name.startswith(("torch", "ceil", "tests")) else (folder / f"{name}.json").read_text())
    except (OSError, ValueError, IndexError):
        figures = {}
    card = [tuple(map(int, l.split(","))) for l in (folder / f"{name}.smi").read_text().splitlines()
            if l.replace(",", "").replace(" ", "").isdigit()] if (folder / f"{name}.smi").exists() else []
    if card:
        figures["card_utilisation_percent_max"] = max(c[0] for c in card)
        figures["card_memory_mib_max"] = max(c[1] for c in card)
    found[name] = dict(figures, status=status, seconds=int(seconds or 0))

PEERS = {"torch-dense-bf16": "llama-dense-bf16", "torch-low-bf16": "llama-low-bf16",
         "torch-gpt2-dense-bf16": "gpt2-dense-bf16", "torch-gpt2-low-bf16": "gpt2-low-bf16"}
ceilings = found.get("ceilings", {})


def share(value, ceiling):
    """A figure, and how much of the measured ceiling it is."""
    return f"{value:.2f}" + (f" ({100 * value / ceilings[ceiling]:.0f} %)" if ceilings.get(ceiling) else "")


for name, figures in found.items():
    rate, flops, moved = figures.get("tokens_per_s"), "", ""
    products = figures.get("product_params") or found.get(PEERS.get(name, ""), {}).get("product_params")
    if rate and products and "loss" in figures:
        # Six operations a multiplied parameter and token, forward and backward, four where it is frozen; attention's own are left out.
        trained = figures.get("trained_params", products)
        work = 6 * trained + 4 * (products - trained)
        bits = "fp32" if figures.get("dtype") == "fp32" else "bf16"
        flops = share(work * rate / 1e12, f"matmul_{bits}_tflop_per_s")
    if rate and "bytes" in figures:
        # A token that is decoded alone reads every stored byte once.
        moved = share(figures["bytes"] * rate / 1e9, "copy_gb_per_s")
    rows.append([name, figures["status"].replace("124", "out of time"), figures["seconds"], figures.get("ms_per_step", ""), rate or "",
                 flops, moved, figures.get("allocator_peak_mb", ""), figures.get("card_memory_mib_max", ""),
                 figures.get("card_utilisation_percent_max", "")])
text = "| stage | status | s | ms a step | tokens/s | TFLOP/s | GB/s | allocator MiB | card MiB | card % |\n" + "|---" * 10 + "|\n"
text += "".join("| " + " | ".join(map(str, row)) + " |\n" for row in rows)


def speed(name):
    return found.get(name, {}).get("tokens_per_s")


for what, over, under in (("low rank over dense, llama bf16", "llama-low-bf16", "llama-dense-bf16"),
                          ("low rank over dense, gpt2 bf16", "gpt2-low-bf16", "gpt2-dense-bf16"),
                          ("Lancet over PyTorch, llama dense", "llama-dense-bf16", "torch-dense-bf16"),
                          ("Lancet over PyTorch, llama low rank", "llama-low-bf16", "torch-low-bf16"),
                          ("Lancet over PyTorch, gpt2 dense", "gpt2-dense-bf16", "torch-gpt2-dense-bf16"),
                          ("Lancet over PyTorch, gpt2 low rank", "gpt2-low-bf16", "torch-gpt2-low-bf16"),
                          ("bf16 over float32 decoding", "decode-bf16", "decode-fp32"),
                          ("int8 over bf16 decoding", "decode-int8", "decode-bf16"),
                          ("int4 over bf16 decoding", "decode-int4", "decode-bf16"),
                          ("int8 over float32 decoding", "decode-int8", "decode-fp32"),
                          ("int4 over float32 decoding", "decode-int4", "decode-fp32")):
    if speed(over) and speed(under):
        text += f"\n{what}: {speed(over) / speed(under):.2f}"
tune = found.get("tune-int4-lora", {})
if "allocator_peak_mb" in tune:
    # Weights, gradients and Adam's two moments, each in 16 bits, and what a step of the same batch takes beside what it holds.
    full = 8 * (tune["params"] - tune["trained_params"]) / 2**20 + tune["allocator_temporaries_mb"]
    text += f"\nfull 16-bit fine-tuning with Adam (computed: {full:.0f} MiB) over int4 and LoRA ({tune['allocator_peak_mb']:.0f} MiB)"
    text += f": {full / tune['allocator_peak_mb']:.2f}"
if ceilings:
    text += "\n\nceilings, of which the shares are: " + json.dumps(ceilings)
(folder / "results.md").write_text(text + "\n")
(folder / "results.json").write_text(json.dumps(found, indent=1) + "\n")
print(text)
