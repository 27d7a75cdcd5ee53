#!/usr/bin/env bash
# bench/gpu.sh [--device gpu|cpu] [--quick] [--minutes N] [--out FOLDER]: measures Lancet on a card. The stages come in the order of
# their worth: is a card there, does it compute rightly, low rank against dense and against PyTorch, memory of fine-tuning at 7B, decoding;
# then the rest.
#   --minutes N    starts no stage that might end after N minutes (default: 40, enough for all)
#   --device cpu   the same stages on the processor; with --quick small shapes: shows that the stages work
# In a checkout it runs ./lancet and Maven. On a machine without them (bench/bundle.sh) LANCET_RUN names a program that runs a class of
# a class path with Lancet's jars, its test classes and what they need. Every stage has a time limit of its own and leaves NAME.json
# or NAME.log before the next begins; one that fails does not stop the others. Ends with a table; status 1 if a stage failed.
set -uo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
device=gpu quick=0 out=$PWD/gpu-results whole=2400   # seconds for all
while [ $# -gt 0 ]; do
    case $1 in
        --device) device=$2; shift 2 ;;
        --quick) quick=1; shift ;;
        --out) out=$2; shift 2 ;;
        --minutes)
            [[ ${2:-} =~ ^[0-9]+$ ]] || { echo "gpu.sh: --minutes: ${2:-nothing}; give a whole number" >&2; exit 2; }
            whole=$((60 * $2)); shift 2 ;;
        *) echo "gpu.sh: $1; it takes --device, --quick, --minutes and --out" >&2; exit 2 ;;
    esac
done
whole=$((whole - ${LANCET_SECONDS_GONE:-0}))
mkdir -p "$out"; out=$(cd "$out" && pwd); : >"$out/stages.tsv"
export LANCET_GPU=$([ "$device" = gpu ] && echo 1 || echo 0)
lancet() { if [ -n "${LANCET_RUN:-}" ]; then "$LANCET_RUN" dev.lancet.cli.Main "$@"; else "$home/lancet" "$@"; fi; }
export -f lancet; export home

# stage NAME SECONDS COMMAND...: standard output to NAME.json, the rest to NAME.log; what the card did meanwhile to NAME.smi. It does
# not start if so many seconds are not left.
stage() {
    local name=$1 limit=$2 began=$SECONDS rc smi= left=$((whole - SECONDS))
    shift 2
    if [ "$left" -lt "$limit" ]; then
        printf '%s\tnot started\t0\n' "$name" >>"$out/stages.tsv"
        echo "$name: not started, it may take $limit s and $left s are left"; return
    fi
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

# tests first|rest SECONDS
tests() {
    if [ -n "${LANCET_RUN:-}" ]; then
        NVIDIA_TF32_OVERRIDE=0 stage "tests-$1" "$2" "$LANCET_RUN" dev.lancet.tests.gpu.Suite "$1"
    elif [ "$1" = first ]; then
        # Maven runs all of them in one go.
        local profile
        profile=$([ "$device" = gpu ] && echo -Pgpu || echo -B)
        NVIDIA_TF32_OVERRIDE=0 stage tests-all 600 mvn -q -f "$home/pom.xml" $profile -pl src/test -am test -Dgroups=gpu
    fi
}

if [ "$quick" = 1 ]; then
    llama="--preset S --layers 2 --sequence 32 --batch 2 --steps 2" gpt="--preset gpt2-127m --layers 1 --sequence 16 --batch 1 --steps 1"
    ranks=(32 64) decode="--preset S --layers 2 --steps 4"; llamapeer="preset=S layers=2 seq=32 batch=2 steps=2 warmup=1"
    gptpeer="preset=gpt2-127m layers=1 seq=16 batch=1 steps=1 warmup=1" tune="--preset S --layers 2 --sequence 32 --batch 1 --steps 2"
else
    llama="--preset llama-2-7b --layers 2 --sequence 2048 --batch 2 --steps 10" gpt="--preset gpt2-1.5b --layers 12 --sequence 1024 --batch 4 --steps 10"
    ranks=(960 400) decode="--preset llama-2-7b --layers 8 --sequence 256 --steps 64"
    llamapeer="preset=llama-2-7b layers=2 seq=2048 batch=2 steps=10" gptpeer="preset=gpt2-1.5b layers=12 seq=1024 batch=4 steps=10"
    tune="--preset llama-2-7b --sequence 1024 --batch 1 --steps 5"   # all 32 layers
fi
torch=
python3 -c 'import torch' 2>/dev/null && torch=$([ "$device" = gpu ] && echo cuda || echo cpu)
# peer NAME SECONDS ARGUMENT...: the same in PyTorch
peer() { local name=$1 limit=$2; shift 2; [ -z "$torch" ] || stage "$name" "$limit" python3 "$home/bench/torch_train.py" device="$torch" dtype=bf16 "$@"; }
[ -n "$torch" ] || echo "torch: not installed, so no peer and no ceilings"

# By worth. Ranks at which the layers have 2.64 times fewer parameters, and are a multiple of what tensor cores like.
stage doctor 60 lancet doctor
tests first 120
train llama-dense-bf16 75 $llama --dtype bf16
train llama-low-bf16 75 $llama --dtype bf16 --rank "${ranks[0]}"
peer torch-dense-bf16 60 $llamapeer
peer torch-low-bf16 60 $llamapeer rank="${ranks[0]}"
train tune-int4-lora 150 $tune --dtype bf16 --bits 4 --group 64 --lora 8 --checkpointing
generate decode-bf16 60 $decode --bits 16
generate decode-int8 60 $decode --bits 8
generate decode-int4 60 $decode --bits 4 --group 32

# The rest.
tests rest 240
[ -z "$torch" ] || stage ceilings 60 python3 "$home/bench/ceilings.py" "$torch" "$quick"
train gpt2-dense-bf16 90 $gpt --dtype bf16
train gpt2-low-bf16 90 $gpt --dtype bf16 --rank "${ranks[1]}"
peer torch-gpt2-dense-bf16 60 $gptpeer
peer torch-gpt2-low-bf16 60 $gptpeer rank="${ranks[1]}"
generate decode-fp32 60 $decode
train llama-whole-step-bf16 150 $llama --dtype bf16 --whole-step
for dtype in fp16 fp32; do
    train "llama-dense-$dtype" 90 $llama --dtype $dtype
    train "llama-low-$dtype" 90 $llama --dtype $dtype --rank "${ranks[0]}"
done

python3 "$home/bench/table.py" "$out"
! awk -F'\t' '$2 != 0 && $2 != "not started" { bad = 1 } END { exit !bad }' "$out/stages.tsv"
