#!/usr/bin/env python3
"""What fine-tuning is worth on the sentiment of financial news: one table of `lancet` commands, and a JSON.

A base model is asked as it is, with answered examples before each question, and after each way of fine-tuning it: all weights, LoRA,
DoRA, LoRA beside int8 and int4 (QLoRA), and LoRA beside a base in low rank. All of them see the same rows in the same order.
Needs Python 3.9 and nothing else. The data are not shipped:
  TFNS  huggingface.co/datasets/zeroshot/twitter-financial-news-sentiment: sent_train.csv and sent_valid.csv
  FPB   Financial PhraseBank, huggingface.co/datasets/takala/financial_phrasebank: Sentences_AllAgree.txt, which has no
        split, so give it alone: a fifth of its rows, drawn by the seed, are for the test
Any .csv or .tsv with a column `text` (or `sentence`) and a column `label` (words, or the numbers of TFNS) will do.

    bench/finance.py --model MODEL --train sent_train.csv --test sent_valid.csv --out target/finance
    bench/finance.py --model MODEL --train Sentences_AllAgree.txt --out target/finance-fpb --seeds 1,2,3
    bench/finance.py --train sent_train.csv --test sent_valid.csv --out target/finance --prepare   # only the rows
    bench/finance.py ... --only zero-shot,lora --steps 20      # a short one

OUT gets seed-N/train.csv and test.csv, a folder for each fine-tuning, and results.json. What is finished there is not done again.
The memory is the largest resident set of the command, as the system counts it; of the ways that train, that of the training.
"""
import argparse, collections, csv, json, os, random, statistics, sys, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TFNS = {"0": "negative", "1": "positive", "2": "neutral"}
LABELS = ["negative", "neutral", "positive"]
TEMPLATE = "{text}\\nSentiment:"


def arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--model", help="a model folder; not needed with --prepare")
    a.add_argument("--train", required=True)
    a.add_argument("--test", help="without it, a fifth of --train is the test")
    a.add_argument("--out", required=True)
    a.add_argument("--rows", type=int, default=1000, help="rows to train on, drawn by the seed")
    a.add_argument("--test-rows", type=int, default=500)
    a.add_argument("--seeds", default="1")
    a.add_argument("--steps", type=int, default=200)
    a.add_argument("--batch", type=int, default=2, help="sequences in a step; examples are packed into them")
    a.add_argument("--sequence", type=int, default=256)
    a.add_argument("--rate", type=float, default=2e-3, help="the rate of adapters")
    a.add_argument("--full-rate", type=float, default=5e-4, help="the rate of all weights")
    a.add_argument("--rank", type=int, default=8)
    a.add_argument("--shots", type=int, default=3)
    a.add_argument("--ratio", type=float, default=0.21, help="parameters that are left of a layer in low rank")
    a.add_argument("--calibrate", default=str(ROOT / "samples/data/fed-minutes.txt"), help="text that the low rank is fitted to")
    a.add_argument("--recover", type=int, default=20_000, help="tokens of that text that repair it; 0 for none")
    a.add_argument("--only", help="names of ways, separated by commas")
    a.add_argument("--prepare", action="store_true", help="only writes the rows of every seed")
    a.add_argument("--lancet", default=str(ROOT / "lancet"))
    o = a.parse_args()
    if not o.model and not o.prepare:
        a.error("--model: it is missing; name a model folder, or give --prepare")
    return o


def rows(path):
    """The different texts of a file with their labels in words, in order."""
    path, found = Path(path), {}
    if path.suffix == ".txt":
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            lines = path.read_text("iso-8859-1").splitlines()
        pairs = [line.rsplit("@", 1) for line in lines if "@" in line]
    else:
        with open(path, encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
            pairs = [(row.get("text") or row.get("sentence") or "", row["label"]) for row in table]
    for text, label in pairs:
        text, label = " ".join(text.split()), TFNS.get(label.strip(), label.strip().lower())
        if label not in LABELS:
            sys.exit(f"error: label '{label}' in {path}; it is one of {', '.join(LABELS)}")
        if text:
            found.setdefault(text, label)
    return list(found.items())


def prepare(o, seed, folder):
    """Writes the rows of a seed. The space before an answer belongs to the answer, as in the tasks of `lancet evaluate`."""
    draw = random.Random(seed)
    train = rows(o.train)
    draw.shuffle(train)
    if o.test:
        known = {text for text, _ in train}
        test = [row for row in rows(o.test) if row[0] not in known]
        draw.shuffle(test)
    else:
        fifth = len(train) // 5
        train, test = train[fifth:], train[:fifth]
    folder.mkdir(parents=True, exist_ok=True)
    for name, some in ("train", train[:o.rows]), ("test", test[:o.test_rows]):
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["text", "label"])
            table.writerows((text, " " + label) for text, label in some)
    return collections.Counter(label for _, label in test[:o.test_rows])


def lancet(o, *words):
    """The JSON of a command, its seconds, and its largest resident set in MB."""
    began = time.monotonic()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(write, 1)
        os.close(read)
        os.execv(o.lancet, [o.lancet, *map(str, words), "--json", "--quiet"])
    os.close(write)
    with os.fdopen(read) as out:
        text = out.read()
    _, status, used = os.wait4(pid, 0)
    if status:
        sys.exit(f"error: lancet {' '.join(map(str, words))} failed with {text or status}")
    return json.loads(text), time.monotonic() - began, used.ru_maxrss / 1024


def ways(o):
    adapter = ["--rank", o.rank, "--rate", o.rate]
    return {
        "zero-shot": None,
        f"{o.shots}-shot": None,
        "full": ["--adapter", "full", "--rate", o.full_rate],
        "lora": adapter,
        "dora": adapter + ["--dora"],
        "qlora-int8": adapter + ["--bits", 8],
        "qlora-int4": adapter + ["--bits", 4],
        "lora-low-rank": adapter,
    }


def low_rank(o):
    """The base with all its layers in two factors, fitted to a text."""
    folder = Path(o.out) / "low-rank"
    if not folder.exists():
        repair = ["--recover", o.recover] if o.recover else []
        lancet(o, "compress", o.model, "--ratio", o.ratio, "--calibrate", o.calibrate, "--window", 256,
               *repair, "--out", folder)
    return str(folder)


def measure(o, name, options, seed, data):
    """The figures of one way with one seed."""
    task = ["--task", "sentiment", "--data", data / "test.csv", "--template", TEMPLATE, "--seed", seed]
    for label in LABELS:
        task += ["--label", label]
    figures, subject = dict(way=name, seed=seed, trained=0, seconds=0.0, peak_mb=None), [o.model]
    if options is not None:
        base = low_rank(o) if name == "lora-low-rank" else o.model
        out = data / name
        log, _, peak = lancet(
            o, "tune", base, "--examples", data / "train.csv", "--template", TEMPLATE, "--label", "label", "--hold-out", 0,
            "--pack", "--batch", o.batch, "--sequence", o.sequence, "--steps", o.steps, "--seed", seed, *options, "--out", out)
        figures.update(trained=log["trained_parameters"], seconds=log["seconds"], peak_mb=peak, loss=log["loss"])
        subject = [out / "model"] if (out / "model").exists() else [base, "--adapter", out / "adapter"]
    elif name != "zero-shot":
        task += ["--shots", o.shots]
    found, _, peak = lancet(o, "evaluate", *subject, *task)
    figures["peak_mb"] = figures["peak_mb"] or peak
    for key in "accuracy", "interval", "macro_f1", "majority", "truncated", "confusion", "rows":
        figures[key] = found[key]
    return figures


def main():
    o = arguments()
    out, seeds = Path(o.out), [int(seed) for seed in o.seeds.split(",")]
    if o.prepare:
        for seed in seeds:
            print(f"{out / f'seed-{seed}'}: test rows {dict(prepare(o, seed, out / f'seed-{seed}'))}")
        return
    all_ways, kept = ways(o), out / "results.json"
    chosen = o.only.split(",") if o.only else list(all_ways)
    unknown = [name for name in chosen if name not in all_ways]
    if unknown:
        sys.exit(f"error: --only {', '.join(unknown)}; the ways are {', '.join(all_ways)}")
    settings = {key: value for key, value in vars(o).items() if key not in ("only", "out", "lancet", "seeds", "prepare")}
    document = json.loads(kept.read_text()) if kept.exists() else dict(settings=settings, results=[])
    if document["settings"] != settings:
        sys.exit(f"error: {kept} was measured with other settings; use another --out")
    results = document["results"]
    for seed in seeds:
        data = out / f"seed-{seed}"
        print(f"seed {seed}: test rows {dict(prepare(o, seed, data))}", file=sys.stderr)
        for name in chosen:
            if any(one["way"] == name and one["seed"] == seed for one in results):
                continue
            results.append(measure(o, name, all_ways[name], seed, data))
            kept.with_suffix(".new").write_text(json.dumps(document, indent=1) + "\n")
            kept.with_suffix(".new").replace(kept)
            print(f"seed {seed}: {name} {results[-1]['accuracy']:.4f}", file=sys.stderr)
    table(all_ways, results)


def table(names, results):
    mean = lambda some: statistics.mean(some) if None not in some else float("nan")
    spread = lambda some: f" ± {statistics.stdev(some):.4f}" if len(some) > 1 else ""
    print("| way | accuracy | macro-F1 | trained parameters | peak MB | seconds of training |\n|---|---|---|---|---|---|")
    if results:
        seeds = {one["seed"]: one["majority"] for one in results}
        print(f"| always the most frequent answer | {mean(list(seeds.values())):.4f}{spread(list(seeds.values()))} | | | | |")
    for name in names:
        some = [one for one in results if one["way"] == name]
        if some:
            right, f1 = [one["accuracy"] for one in some], [one["macro_f1"] for one in some]
            print(f"| {name} | {mean(right):.4f}{spread(right)} | {mean(f1):.4f}{spread(f1)} | {some[0]['trained']:,} | "
                  f"{mean([one['peak_mb'] for one in some]):,.0f} | {mean([one['seconds'] for one in some]):.0f} |")


if __name__ == "__main__":
    main()
