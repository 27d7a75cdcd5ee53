#!/usr/bin/env bash
# bench/cluster_link.sh [RATE ...]: trains with two workers over a link that is held to each RATE (in tc's units; default: 1gbit 100mbit),
# dense and at rank 128, and prints tokens per second and how long the workers wait. Each worker has one processor and a network namespace
# of its own. Needs Linux, root, ip and tc, two processors, and ./lancet. LAYERS and STEPS make it shorter (default: 12 and 5).
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- 1gbit 100mbit
layers=${LAYERS:-12} steps=${STEPS:-5}
for tool in ip tc taskset python3; do
    command -v "$tool" >/dev/null || { echo "cluster_link.sh: $tool is not on the PATH; install it" >&2; exit 2; }
done
work=$(mktemp -d)
tidy() { ip netns del lancet0 2>/dev/null; ip netns del lancet1 2>/dev/null; rm -rf "$work"; }
trap tidy EXIT

ip netns add lancet0
ip netns add lancet1
ip link add lancet0 netns lancet0 type veth peer name lancet1 netns lancet1
for i in 0 1; do
    ip -n lancet$i addr add 10.99.0.$((i + 1))/24 dev lancet$i
    ip -n lancet$i link set lo up
    ip -n lancet$i link set lancet$i up
done

cat >"$work/Link.java" <<JAVA
import static dev.lancet.Lancet.*;
import dev.lancet.dsl.*;
import dev.lancet.dsl.recipe.*;

class Link {
    Recipe link() {
        Transformer m = Transformer.decoder("m").vocabulary(8192).context(256).width(768).layers($layers)
                .attention(heads(12)).feedForward(swiglu(2048)).build();
        return recipe("link")
                .candidate("dense", m)
                .candidate("low", m, Compression.keepAll().on(linears()).factorise(rank(128)))
                .pretrain(corpus("$home/samples/data/fed-minutes.txt").bytes(), adamW($steps + 2, 1e-4).batch(8).sequence(256));
    }
}
JAVA

# train CANDIDATE: both workers, until the end
train() {
    local out=$work/$1 each=() i
    rm -rf "$out"
    for i in 1 0; do
        ip netns exec lancet$i taskset -c $i "$home/lancet" train "$work/Link.java" --candidate "$1" --out "$out" --quiet \
            --workers 10.99.0.1:2222,10.99.0.2:2222 --index $i >"$work/$1.$i.log" 2>&1 &
        each+=($!)
    done
    for i in "${each[@]}"; do
        wait "$i" || { cat "$work/$1".?.log >&2; exit 1; }
    done
}

echo "| link | model | tokens/s | ms a step | waited | MB sent a step |"
echo "|---|---|---|---|---|---|"
for rate in "$@"; do
    for i in 0 1; do
        tc -n lancet$i qdisc replace dev lancet$i root tbf rate "$rate" burst 256kb latency 50ms
    done
    for candidate in dense low; do
        train $candidate
        python3 - "$work/$candidate/metrics.jsonl" "$rate" "$candidate" "$steps" <<'PY'
import json, statistics, sys
steps = [json.loads(line) for line in open(sys.argv[1])]
steps = [step for step in steps if "waited_milliseconds" in step][-int(sys.argv[4]):]
milliseconds = statistics.median(step["milliseconds"] for step in steps)
waited = statistics.median(max(step["waited_milliseconds"]) for step in steps)
print(f"| {sys.argv[2]} | {sys.argv[3]} | {8 * 256 / milliseconds * 1e3:.0f} | {milliseconds:.0f} | {100 * waited / milliseconds:.0f} % "
      f"| {steps[-1]['bytes_sent'] / 1e6:.1f} |", flush=True)
PY
    done
done
