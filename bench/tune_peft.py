#!/usr/bin/env python3
"""The peer that `lancet tune` is held against: PyTorch and Hugging Face's PEFT on the same rows, in the same order.

The same base in float32, prompt and answer ids, packed sequences in the order of the same seed, AdamW (0.9, 0.95, 1e-8, decay 0.1 of
matrices), 5 % warm-up and a cosine down to a tenth, gradients clipped at 1, rank, strength and layers of the adapters; the loss of a
step is the mean over its answer tokens. Only the random beginning of the adapters differs. The answer is the label whose words are
the likeliest. Both sides read the files that bench/finance.py writes:

    bench/finance.py --model MODEL --train sent_train.csv --test sent_valid.csv --out target/tfns --only lora,full
    pip install torch==2.13.0+cpu numpy transformers==5.18.0 peft==0.21.0
    bench/tune_peft.py model=MODEL data=target/tfns/seed-1 way=lora        # and way=full rate=5e-4

MODEL is a Hugging Face folder with tokenizer.json. Settings and their usual values, those of bench/finance.py: seed=1 steps=200 batch=2
sequence=256 rate=2e-3 rank=8 threads=1. Prints one line of JSON.
"""
import bisect, csv, json, math, sys, time
from pathlib import Path

usual = dict(model="", data="", way="lora", seed=1, steps=200, batch=2, sequence=256, rate=2e-3, rank=8, threads=1)
given = dict(one.split("=", 1) for one in sys.argv[1:] if "=" in one)
if len(given) < len(sys.argv) - 1 or not set(given) <= set(usual):
    sys.exit(f"tune_peft.py: the settings are NAME=VALUE with {', '.join(usual)}")
c = {key: type(value)(given.get(key, value)) for key, value in usual.items()}
if not c["model"] or not c["data"] or c["way"] not in ("lora", "full"):
    sys.exit("tune_peft.py: give model=FOLDER and data=FOLDER; way is lora or full")

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

LABELS = [" negative", " neutral", " positive"]
tokenizer = Tokenizer.from_file(str(Path(c["model"]) / "tokenizer.json"))
end = tokenizer.token_to_id("<|endoftext|>")
torch.set_num_threads(c["threads"])
torch.manual_seed(c["seed"])


def rows(name):
    with open(Path(c["data"]) / name, encoding="utf-8", newline="") as file:
        return [(row["text"] + "\nSentiment:", row["label"]) for row in csv.DictReader(file)]


def ids(prompt, answer):
    """The ids of a prompt and of the answer that follows it."""
    before = tokenizer.encode(prompt).ids
    whole = tokenizer.encode(prompt + answer).ids
    return before, whole[len(before):] if whole[:len(before)] == before else tokenizer.encode(answer).ids


def examples():
    """Different examples that fit into a sequence: ids, and from which on they are the answer."""
    found = {}
    for prompt, answer in rows("train.csv"):
        before, after = ids(prompt, answer)
        if len(before) + len(after) <= c["sequence"]:
            found[tuple(before + after + [end])] = len(before)
    return list(found.items())


def packed(all_examples):
    """Sequences of examples as Lancet packs them: the longest first, each into the sequence with the least room for it."""
    sequences, rooms, by_room = [], [], {}
    for example in sorted(all_examples, key=lambda one: -len(one[0])):
        places = len(example[0]) - 1
        at = bisect.bisect_left(rooms, places)
        if at < len(rooms):
            room = rooms[at]
            sequence = by_room[room].pop()
            if not by_room[room]:
                del by_room[room], rooms[at]
        else:
            room, sequence = c["sequence"], len(sequences)
            sequences.append([])
        sequences[sequence].append(example)
        if room - places not in by_room:
            by_room[room - places] = []
            bisect.insort(rooms, room - places)
        by_room[room - places].append(sequence)
    return sequences


class JavaRandom:
    """java.util.Random, with which Lancet draws the order of an epoch."""

    def __init__(self, seed):
        self.seed = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def bits(self, number):
        self.seed = (self.seed * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        value = self.seed >> (48 - number)
        return value - (1 << number) if number == 32 and value >> 31 else value

    def below(self, bound):
        if bound & -bound == bound:
            return (bound * self.bits(31)) >> 31
        while True:
            value = self.bits(31)
            rest = value % bound
            if value - rest + bound - 1 < 1 << 31:
                return rest


def order(count, epoch):
    seed = (c["seed"] * 0x9E3779B97F4A7C15 + epoch) & ((1 << 64) - 1)
    random, found = JavaRandom(seed), [0] * count
    for i in range(count):
        j = random.below(i + 1)
        found[i] = found[j]
        found[j] = i
    return found


def together(some):
    """Ids, attention and labels of examples, padded at the right."""
    width = max(len(one) for one, _ in some)
    table, seen, labels = (torch.full((len(some), width), fill) for fill in (end, 0, -100))
    for row, (one, answer) in enumerate(some):
        table[row, :len(one)] = torch.tensor(one)
        seen[row, :len(one)] = 1
        labels[row, answer:len(one)] = torch.tensor(one[answer:])
    return table, seen, labels


def share(step):
    """The rate of a step, counted from 0, as a share of the highest."""
    warm = max(1, round(0.05 * c["steps"]))
    if step < warm:
        return (step + 1) / warm
    progress = 1 if c["steps"] - 1 <= warm else min(1, (step - warm) / (c["steps"] - 1 - warm))
    return 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * progress))


def train(model):
    sequences = packed(examples())
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    groups = [dict(params=[w for w in trained if w.dim() > 1], weight_decay=0.1),
              dict(params=[w for w in trained if w.dim() < 2], weight_decay=0.0)]
    adam = torch.optim.AdamW(groups, lr=c["rate"], betas=(0.9, 0.95), eps=1e-8)
    orders, losses = {}, []
    for step in range(c["steps"]):
        some = []
        for place in range(step * c["batch"], (step + 1) * c["batch"]):
            epoch = place // len(sequences)
            if epoch not in orders:
                orders[epoch] = order(len(sequences), epoch)
            some += sequences[orders[epoch][place % len(sequences)]]
        table, seen, labels = together(some)
        loss = model(input_ids=table, attention_mask=seen, labels=labels).loss
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        for group in adam.param_groups:
            group["lr"] = c["rate"] * share(step)
        adam.step()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            print(f"step {step + 1}: loss {losses[-1]:.4f}", file=sys.stderr)
    return sum(weight.numel() for weight in trained), losses


@torch.no_grad()
def answers(model):
    """The confusion matrix over the test rows: right answers by predicted ones."""
    matrix = [[0] * len(LABELS) for _ in LABELS]
    context = model.config.max_position_embeddings
    for prompt, answer in rows("test.csv"):
        some = []
        for label in LABELS:
            before, after = ids(prompt, label)
            before = before[-(context + 1 - len(after)):]
            some.append((before + after, len(before)))
        table, seen, labels = together(some)
        logits = model(input_ids=table, attention_mask=seen).logits.log_softmax(-1)[:, :-1]
        chosen = logits.gather(2, table[:, 1:, None])[..., 0] * (labels[:, 1:] >= 0)
        matrix[LABELS.index(answer)][int(chosen.sum(1).argmax())] += 1
    return matrix


model = AutoModelForCausalLM.from_pretrained(c["model"], dtype=torch.float32)
if c["way"] == "lora":
    model = get_peft_model(model, LoraConfig(
        r=c["rank"], lora_alpha=2 * c["rank"], lora_dropout=0.0, task_type="CAUSAL_LM",
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]))
began = time.monotonic()
parameters, losses = train(model.train())
seconds = time.monotonic() - began
matrix = answers(model.eval())
count = sum(map(sum, matrix))
f1 = [2 * matrix[i][i] / max(1, sum(matrix[i]) + sum(row[i] for row in matrix)) for i in range(len(LABELS))]
print(json.dumps(dict(c, trained_parameters=parameters, first_loss=losses[0], loss=losses[-1], seconds=seconds,
                      accuracy=sum(matrix[i][i] for i in range(len(LABELS))) / count, macro_f1=sum(f1) / len(f1),
                      confusion=matrix)))
