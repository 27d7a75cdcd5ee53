#!/usr/bin/env bash
# bench/gpu.sh [--device gpu|cpu] [--quick] [--out FOLDER] [--limit SECONDS]: everything that is to be measured on a card, in at most
# 25 minutes, or in so many seconds.
#   --device cpu   the same stages on the processor; with --quick small shapes: shows that the stages work
# In a checkout it runs ./lancet and Maven. On a machine without them (bench/bundle.sh) LANCET_RUN names a program that runs a class of
# a class path with Lancet's jars, its test classes and what they need. Every stage has a time limit of its own and leaves NAME.json
# or NAME.log; one that fails does not stop the others. Ends with a table; status 1 if a stage failed.
set -uo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
device=gpu quick=0 out=$PWD/gpu-results whole=1470   # seconds for all
while [ $# -gt 0 ]; do
    case $1 in
        --device) device=$2; shift 2 ;;
        --quick) quick=1; shift ;;
        --out) out=$2; shift 2 ;;
        --limit) whole=$2; shift 2 ;;
        *) echo "gpu.sh: $1; it takes --device, --quick, --out and --limit" >&2; exit 2 ;;
    esac
done
mkdir -p "$out"; out=$(cd "$out" && pwd); : >"$out/stages.tsv"
export LANCET_GPU=$([ "$device" = gpu ] && echo 1 || echo 0)
lancet() { if [ -n "${LANCET_RUN:-}" ]; then "$LANCET_RUN" dev.lancet.cli.Main "$@"; else "$home/lancet" "$@"; fi; }
export -f lancet; export home

# stage NAME SECONDS COMMAND...: standard output to NAME.json, the rest to NAME.log; what the card did meanwhile to NAME.smi
stage() {
    local name=$1 limit=$2 began=$SECONDS rc smi= left=$((whole - SECONDS))
    shift 2
    if [ "$left" -lt 10 ]; then
        printf '%s\tout of time\t0\n' "$name" >>"$out/stages.tsv"; echo "$name: no time is left"; return
    fi
    [ "$limit" -gt "$left" ] && limit=$left
    if [ "$device" = gpu ] && command -v nvidia-smi >/dev/null; then
        nvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits -lms 500 >"$out/$name.smi" 2>/dev/null &
        smi=$!
    fi
    timeout -k 5 "$limit" bash -c '"$@"' stage "$@" >"$out/$name.json" 2>"$out/$name.log"; rc=$?
    [ -n "$smi" ] && kill "$smi" 2>/dev/null && wait "$smi" 2>/dev/null
    printf '%s\t%s\t%s\n' "$name" "$rc" "$((SECONDS - began))" >>"$out/stages.tsv"
    echo "$name: status $rc, $((SECONDS - began)) s"
}
train() { local name=$1 limit=$2; shift 2; stage "$name" "$limit" lancet bench train --json --quiet --device "$device" "$@"; }
generate() { local name=$1 limit=$2; shift 2; stage "$name" "$limit" lancet bench generate --json --quiet --device "$device" "$@"; }

stage doctor 120 lancet doctor
if [ -n "${LANCET_RUN:-}" ]; then
    NVIDIA_TF32_OVERRIDE=0 stage tests 300 "$LANCET_RUN" dev.lancet.tests.gpu.Suite
else
    profile=$([ "$device" = gpu ] && echo -Pgpu || echo -B)
    NVIDIA_TF32_OVERRIDE=0 stage tests 600 mvn -q -f "$home/pom.xml" $profile -pl src/test -am test -Dgroups=gpu
fi
if [ "$quick" = 1 ]; then
    llama="--preset S --layers 2 --sequence 32 --batch 2 --steps 2" gpt="--preset gpt2-127m --layers 1 --sequence 16 --batch 1 --steps 1"
    ranks=(32 64) decode="--preset S --layers 2 --steps 4"; peer="preset=S layers=2 seq=32 batch=2 steps=2 warmup=1"
    gptpeer="preset=gpt2-127m layers=1 seq=16 batch=1 steps=1 warmup=1" tune="--preset S --layers 2 --sequence 32 --batch 1 --steps 2"
else
    llama="--preset llama-2-7b --layers 2 --sequence 2048 --batch 2 --steps 10" gpt="--preset gpt2-1.5b --layers 12 --sequence 1024 --batch 4 --steps 10"
    ranks=(960 400) decode="--preset llama-2-7b --layers 8 --sequence 256 --steps 64"
    peer="preset=llama-2-7b layers=2 seq=2048 batch=2 steps=10" gptpeer="preset=gpt2-1.5b layers=12 seq=1024 batch=4 steps=10"
    tune="--preset llama-2-7b --sequence 1024 --batch 1 --steps 5"   # all 32 layers
fi
# Ranks at which the layers have 2.64 times fewer parameters, and are a multiple of what tensor cores like.
train llama-dense-bf16 120 $llama --dtype bf16
train llama-low-bf16 120 $llama --dtype bf16 --rank "${ranks[0]}"
if python3 -c 'import torch' 2>/dev/null; then
    torch=$([ "$device" = gpu ] && echo cuda || echo cpu)
    stage torch-dense-bf16 90 python3 "$home/bench/torch_train.py" device=$torch dtype=bf16 $peer
    stage torch-low-bf16 90 python3 "$home/bench/torch_train.py" device=$torch dtype=bf16 $peer rank="${ranks[0]}"
    stage torch-gpt2-dense-bf16 90 python3 "$home/bench/torch_train.py" device=$torch dtype=bf16 $gptpeer
    stage torch-gpt2-low-bf16 90 python3 "$home/bench/torch_train.py" device=$torch dtype=bf16 $gptpeer rank="${ranks[1]}"
    stage ceilings 60 python3 "$home/bench/ceilings.py" $torch "$quick"
else
    echo "torch: not installed, so no peer and no ceilings"
fi
train gpt2-dense-bf16 120 $gpt --dtype bf16
train gpt2-low-bf16 120 $gpt --dtype bf16 --rank "${ranks[1]}"
train tune-int4-lora 240 $tune --dtype bf16 --bits 4 --group 64 --lora 8 --checkpointing
generate decode-fp32 120 $decode
generate decode-bf16 120 $decode --bits 16
generate decode-int8 120 $decode --bits 8
generate decode-int4 120 $decode --bits 4 --group 32
train llama-whole-step-bf16 150 $llama --dtype bf16 --whole-step
for dtype in fp16 fp32; do
    train "llama-dense-$dtype" 120 $llama --dtype $dtype
    train "llama-low-$dtype" 120 $llama --dtype $dtype --rank "${ranks[0]}"
done

python3 "$home/bench/table.py" "$out"
! awk -F'\t' '$2 != 0 { bad = 1 } END { exit !bad }' "$out/stages.tsv"
