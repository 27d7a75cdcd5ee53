#!/usr/bin/env bash
# Runs commands in turn on one machine, so that all of them meet the same neighbours: while one runs, the others are stopped.
# What is said of a step by its median is then comparable where whole runs, one after the other, are not.
#
#     bench/turns.sh [-s SECONDS] [-w SECONDS] 'COMMAND' 'COMMAND' ...
#
#   -s   how long each runs at a time (default 4: several steps; whoever times the steps tells their median)
#   -w   how long each has at first, to start and to compile (default 20)
#
# Prints the last line of each command's standard output, in their order. For instance, what two passes are worth:
#
#     bench/turns.sh './lancet bench train --preset S --steps 60 --json' \
#         './lancet bench train --preset S --steps 60 --without single-results,short-sums --json'
set -euo pipefail

fail() {
    echo "error: $1" >&2
    exit 1
}

slice=4
warm=20
while getopts 's:w:' option; do
    case $option in
        s) slice=$OPTARG ;;
        w) warm=$OPTARG ;;
        *) fail "option: it is -s SECONDS or -w SECONDS" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || fail "commands: $#; it takes two or more, each one argument"
for seconds in "$slice" "$warm"; do
    [[ $seconds =~ ^[0-9]+$ && $seconds -gt 0 ]] || fail "seconds: $seconds; it is a whole number above 0"
done

folder=$(mktemp -d)
groups=()
finish() {
    for group in "${groups[@]}"; do
        kill -CONT -- "-$group" 2>/dev/null || true
        kill -- "-$group" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# A command runs for some seconds or to its end, whichever comes first, and is stopped.
turn() {
    local group=$1 left=$(($2 * 10))
    kill -CONT -- "-$group" 2>/dev/null || return 0
    while [ "$left" -gt 0 ] && kill -0 "$group" 2>/dev/null; do
        sleep 0.1
        left=$((left - 1))
    done
    kill -STOP -- "-$group" 2>/dev/null || true
}

for command in "$@"; do
    # Job control gives each command a process group of its own, whose number is that of its shell.
    set -m
    bash -c "$command" >"$folder/${#groups[@]}.out" 2>"$folder/${#groups[@]}.err" &
    set +m
    groups+=($!)
    turn "$!" "$warm"
done

# As soon as one has ended the others have nothing to be compared with, and end on their own.
running=1
while [ "$running" = 1 ]; do
    for group in "${groups[@]}"; do
        turn "$group" "$slice"
        kill -0 "$group" 2>/dev/null || running=0
    done
done
status=0
for i in "${!groups[@]}"; do
    kill -CONT -- "-${groups[$i]}" 2>/dev/null || true
    if wait "${groups[$i]}"; then
        tail -n 1 "$folder/$i.out"
    else
        status=1
        echo "error: command $((i + 1)): it failed; its last lines:" >&2
        tail -n 5 "$folder/$i.err" >&2
    fi
done
groups=()
exit "$status"
