#!/usr/bin/env bash
# run.sh [ARGUMENT ...]: on a machine without Java, in the folder with all parts that bench/bundle.sh made: unpacks them if that was not
# done, shows TensorFlow CUDA's libraries under the names that it opens, and starts bench/gpu.sh with the arguments: what is here,
# the tests, all marks, a table and JSON in gpu-results/, in 12 minutes at most, this included. For example
#   ./run.sh                             what is worth the most, in 12 minutes
#   ./run.sh --minutes 40                all of it
#   ./run.sh --quick                     small shapes: shows in minutes that the card computes
#   ./run.sh --device cpu --quick        without a card
#   ./run.sh java CLASS ARGUMENT ...     only a class, for example dev.lancet.cli.Main doctor
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd); cd "$here"
root=$here/unpacked alias=$root/cuda

# unpack FOLDER FILE...: the archive that the files make up when they stand one behind the other
unpack() {
    rm -rf "$root/$1"; mkdir -p "$root/$1"
    if command -v xz >/dev/null; then
        cat "${@:2}" | xz -dc -T0 | tar -C "$root/$1" -xf -
    else
        cat "${@:2}" | python3 -c 'import sys, tarfile
tarfile.open(fileobj=sys.stdin.buffer, mode="r|xz").extractall(sys.argv[1])' "$root/$1"
    fi
}
# fresh FOLDER FILE...: unpacks them unless these very files were unpacked
fresh() {
    local sum
    sum=$(cat "${@:2}" | sha256sum)
    [ "$(cat "$root/$1.sum" 2>/dev/null)" = "$sum" ] && return
    sha256sum -c --quiet SHA256 || { echo "run.sh: a part is missing or damaged; bring all parts of one build into one folder" >&2; return 1; }
    unpack "$@" && echo "$sum" >"$root/$1.sum" && echo "unpacked $1 ($SECONDS s)"
}
mkdir -p "$root" && fresh base base.[0-9][0-9] && fresh lancet lancet.tar.xz || exit 3
kind=$(cat "$root/base/kind")

# CUDA as pip or NVIDIA's packages install it; TensorFlow asks for the names of CUDA 12.
site=$(python3 -c 'import sysconfig; print(sysconfig.get_paths()["purelib"] + "/nvidia")' 2>/dev/null)
places=()
for place in "$site" /usr/local/cuda*/ /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/local/nvidia; do [ -d "$place" ] && places+=("$place"); done
# give NAME OTHER...: a library of this name, or of the first of the others that is here. Else an empty one, which lets TensorFlow register
# the card and ends the process where it is called after all; not for cuBLAS, without which nothing here computes
give() {
    local wanted found
    for wanted in "$@"; do
        found=$(find -L "${places[@]}" -name "$wanted" -print -quit 2>/dev/null)
        [ -n "$found" ] && { ln -sf "$found" "$alias/$1"; echo "$1: $found"; return; }
    done
    case $1 in
        libcublas*) echo "$1: MISSING" ;;
        *) ln -sf "$root/base/stub.so" "$alias/$1"; echo "$1: MISSING, an empty one stands for it" ;;
    esac
}
if [ "$kind" = gpu ]; then
    rm -rf "$alias"; mkdir -p "$alias"
    {
        give libcublasLt.so.12 libcublasLt.so.13; give libcublas.so.12 libcublas.so.13; give libcudnn.so.9
        give libcufft.so.11 libcufft.so.12; give libcusolver.so.11 libcusolver.so.12; give libcusparse.so.12 libcusparse.so.13
    } >"$root/cuda.txt"
    [ "${1:-}" = java ] || cat "$root/cuda.txt"
    # The libraries look for one another by their own names.
    own=$(find -L "${places[@]}" -type d -name lib 2>/dev/null | grep nvidia | tr '\n' ':')
    export LD_LIBRARY_PATH=$root/base/cuda12:$alias:$own/usr/local/cuda/lib64:/usr/local/nvidia/lib64${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    # Kernels that are there as PTX alone are compiled by the driver once, and kept here.
    export CUDA_CACHE_PATH=$root/nvcache CUDA_CACHE_MAXSIZE=2147483648
    [ -d /usr/local/cuda ] && export XLA_FLAGS=${XLA_FLAGS:---xla_gpu_cuda_data_dir=/usr/local/cuda} PATH=$PATH:/usr/local/cuda/bin
fi

# As ./lancet starts it. JavaCPP looks for libraries of CUDA on java.library.path, by names without a version: it is to find none.
export TF_CPP_MIN_LOG_LEVEL=${TF_CPP_MIN_LOG_LEVEL:-2} GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1}
export TF_OVERRIDE_GLOBAL_THREADPOOL=${TF_OVERRIDE_GLOBAL_THREADPOOL:-1} LANCET_TERMINAL=0
cat >"$root/java" <<JAVA
#!/usr/bin/env bash
exec "$root/base/jre/bin/java" -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Djava.awt.headless=true \\
    -Djava.library.path="$root/none" -Dorg.bytedeco.javacpp.cachedir="$root/javacpp" \\
    -XX:MaxRAMPercentage=50 -XX:+UseSerialGC -XX:MaxNewSize=16m \${LANCET_JAVA_OPTS:-} \\
    -cp "$root/lancet/lib/*:$root/lancet/tests:$root/base/natives:$root/base/lib/*" "\$@"
JAVA
chmod +x "$root/java"
if [ "${1:-}" = java ]; then
    exec "$root/java" "${@:2}"
fi
[ "$kind" = gpu ] || set -- --device cpu "$@"
export LANCET_RUN=$root/java
export LANCET_SECONDS_GONE=$((SECONDS + 5))
exec "$root/lancet/bench/gpu.sh" --minutes 12 --out "$here/gpu-results" "$@"
