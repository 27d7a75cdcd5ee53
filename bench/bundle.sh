#!/usr/bin/env bash
# bench/bundle.sh [--cpu] WORK: packs, in the folder WORK, what it takes to measure Lancet on a Linux x86-64 machine with an NVIDIA
# card of compute capability 9.0 (H100, H200) that has CUDA's libraries and Python, but neither Java nor a network.
#   --cpu   the processor's natives instead of the card's: shows that the bundle works, without a card and without 2.5 GB of downloads
# WORK/parts then holds
#   base.00, base.01, ...  a Java 17, TensorFlow cut down to that card, the jars of others: rarely new
#   lancet.tar.xz          Lancet's jars, its tests on the card, bench/: small, new with each change
#   run.sh, SHA256         bring all of it into one folder there and start ./run.sh (bench/bundle-run.sh tells what it does)
# For a card these are three loads of at most 64 MiB: base.00; base.01; and the rest.
# Takes a JDK 17 with jlink, Maven, python3, unzip, xz, gcc and binutils here, and 8 GB of disk. WORK is kept: what is there is not
# downloaded or cut again.
set -euo pipefail
home=$(cd "$(dirname "$0")/.." && pwd)
kind=gpu classifier=linux-x86_64-gpu profile=-Pgpu level=-9
if [ "${1:-}" = --cpu ]; then
    # It need not travel, so it is packed in a hurry.
    kind=cpu classifier=linux-x86_64 profile=-B level=-0; shift
fi
[ $# = 1 ] || { echo "bundle.sh: a folder to build in is needed; after --cpu it takes nothing else" >&2; exit 2; }
for tool in mvn jlink python3 unzip xz gcc strip readelf sha256sum; do
    command -v "$tool" >/dev/null || { echo "bundle.sh: $tool is not on the PATH; install it" >&2; exit 2; }
done
mkdir -p "$1"; work=$(cd "$1" && pwd)
base=$work/$kind-base lancet=$work/$kind-lancet jars=$work/$kind-jars parts=$work/parts
say() { echo "bundle.sh: $* ($SECONDS s)"; }

# Lancet, its tests and every jar they need, into one folder.
rm -rf "$jars" "$lancet"; mkdir -p "$base/lib" "$lancet/lib" "$lancet/tests/dev/lancet/tests" "$lancet/bench"
mvn -q -B -ntp -f "$home/pom.xml" $profile -Dfast -Dlancet.out=target/bundle -DskipTests -pl runtime/cli,src/test -am \
    package dependency:copy-dependencies -DincludeScope=test -DoutputDirectory="$jars"
say "Lancet is built"
rm -f "$base"/lib/*
# unpacked FROM TO: a jar without compression, which xz presses better, and without the tokenizers' libraries for other systems
unpacked() {
    python3 - "$@" <<'PY'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as whole, zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_STORED) as plain:
    for entry in whole.infolist():
        name = entry.filename
        if not name.startswith("native/lib/") or "linux-x86_64" in name or name.endswith(".properties"):
            plain.writestr(zipfile.ZipInfo(name), whole.read(entry))
PY
}
for jar in "$jars"/*.jar; do
    case ${jar##*/} in
        lancet-*) mv "$jar" "$lancet/lib/" ;;
        tensorflow-core-native-*-$classifier.jar) natives=$jar ;;
        # Scripts, ONNX and rules on packages are of no use there.
        kotlin-* | onnxruntime-* | archunit* | jqwik-* | error_prone* | *-javadoc.jar | *-sources.jar) ;;
        *) unpacked "$jar" "$base/lib/${jar##*/}" ;;
    esac
done
[ -n "${natives:-}" ] || { echo "bundle.sh: Maven brought no tensorflow-core-native-*-$classifier.jar" >&2; exit 1; }
cp -r "$home/target/bundle/test-classes/dev/lancet/tests/gpu" "$lancet/tests/dev/lancet/tests/"
cp "$home"/bench/*.sh "$home"/bench/*.py "$lancet/bench/"

# TensorFlow, in a folder of the class path: loaded where it lies, while a jar would be unpacked at each first start.
version=${natives##*/}; full=$work/${version%.jar}-full cut=$work/${version%.jar}-cut; mkdir -p "$full" "$cut"
[ -f "$full/libtensorflow_cc.so.2" ] || unzip -qoj "$natives" '*.so*' -d "$full"
for library in libtensorflow_cc.so.2 libtensorflow_framework.so.2 libjnitensorflow.so; do
    [ -f "$cut/$library" ] && continue
    if [ $kind = gpu ] && [ $library != libjnitensorflow.so ]; then
        python3 "$home/bench/prune_fatbin.py" "$full/$library" "$work/pruned" 90
    else
        cp "$full/$library" "$work/pruned"
    fi
    strip --strip-unneeded "$work/pruned"; mv "$work/pruned" "$cut/$library"
done
there=$base/natives/org/tensorflow/internal/c_api/$classifier
rm -rf "$base/natives"; mkdir -p "$there"; cp -l "$cut"/* "$there/"
say "TensorFlow is cut"

# Of CUDA only this one: layouts of its structures changed in 13, so what is installed there will not do. It is 0.7 MB in an
# archive of 2 GB, the only one of Maven Central's that has it. The stub stands for libraries that TensorFlow opens and never calls.
mkdir -p "$base/cuda12"
if [ $kind = gpu ] && [ ! -f "$base/cuda12/libcudart.so.12" ]; then
    mvn -q -B -ntp dependency:copy -Dartifact=org.bytedeco:cuda:12.6-9.5-1.5.11:jar:linux-x86_64-redist -DoutputDirectory="$work/redist"
    unzip -qoj "$work"/redist/*.jar '*/libcudart.so.12' -d "$base/cuda12"; rm -r "$work/redist"
fi
echo 'int nothing_is_here(void) { return 0; }' | gcc -shared -fPIC -x c -o "$base/stub.so" -

if [ ! -x "$base/jre/bin/java" ]; then
    rm -rf "$base/jre"
    jlink --add-modules java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,jdk.crypto.ec,jdk.management,jdk.unsupported,jdk.zipfs \
        --strip-debug --no-header-files --no-man-pages --vm=server --output "$base/jre"
fi
echo $kind >"$base/kind"

# What is the same comes out the same, byte for byte, and need not be packed or sent again.
pack() { tar -C "$1" -cf - --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner .; }
mkdir -p "$parts"
now=$(pack "$base" | sha256sum)$level
if [ "$now" != "$(cat "$work/packed" 2>/dev/null)" ]; then
    rm -f "$parts"/base.*
    pack "$base" | xz $level -T0 | split -b 63M -d -a 2 - "$parts/base."
    echo "$now" >"$work/packed"
fi
pack "$lancet" | xz -6 >"$parts/lancet.tar.xz"
install -m 755 "$home/bench/bundle-run.sh" "$parts/run.sh"
(cd "$parts" && sha256sum base.* lancet.tar.xz run.sh >SHA256)
say "packed"; ls -l "$parts"
