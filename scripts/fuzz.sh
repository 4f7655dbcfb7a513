#!/usr/bin/env bash
# Fuzzes what reads strangers' texts.
#
#   scripts/fuzz.sh [TARGET] [SECONDS]     one target, or all of fuzz/fuzz_targets; 60 seconds each
#
# New inputs stay in target/fuzz/corpus, what fails in target/fuzz/found: mend it, and keep the input in fuzz/regressions/TARGET.
# RUNS=n stops after n executions, SANITIZER=none goes without the address sanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly VERSION=0.13.2
readonly TOOLS=target/fuzz-tools BUILT=target/fuzz
readonly CARGO=${CARGO:-cargo} SANITIZER=${SANITIZER:-address}
# The counters are an unstable flag of the compiler, and this lets the stable one take it.
export RUSTC_BOOTSTRAP=1

fail() {
  printf 'fuzz: %s\n' "$1" >&2
  exit 2
}

targets=()
for file in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
chosen=("${targets[@]}")
if [[ -n ${1:-} ]]; then
  [[ " ${targets[*]} " == *" $1 "* ]] || fail "$1 is no target; targets are ${targets[*]}"
  chosen=("$1")
fi
seconds=${2:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "$seconds is no number of seconds"
command -v c++ >/dev/null || fail 'a C++ compiler is missing: libFuzzer is built from its source'

[[ -x $TOOLS/bin/cargo-fuzz ]] || "$CARGO" install cargo-fuzz --version "$VERSION" --locked --root "$TOOLS"
host=$(rustc -vV | sed -n 's/^host: //p')
for target in "${chosen[@]}"; do
  PATH="$PWD/$TOOLS/bin:$PATH" "$CARGO" fuzz build --fuzz-dir fuzz --target-dir "$BUILT" --sanitizer "$SANITIZER" "$target"
done

mkdir -p "$BUILT/found"
failed=()
for target in "${chosen[@]}"; do
  corpus=$BUILT/corpus/$target
  mkdir -p "$corpus"
  inputs=("$corpus" "fuzz/corpus-seeds/$target")
  [[ ! -d fuzz/regressions/$target ]] || inputs+=("fuzz/regressions/$target")
  options=(-max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1)
  [[ -z ${RUNS:-} ]] || options+=(-runs="$RUNS")
  [[ ! -f fuzz/dictionaries/$target.dict ]] || options+=(-dict="fuzz/dictionaries/$target.dict")
  printf '== %s\n' "$target"
  "$BUILT/$host/release/$target" "${options[@]}" -artifact_prefix="$BUILT/found/$target-" "${inputs[@]}" || failed+=("$target")
done
[[ ${#failed[@]} = 0 ]] || { printf 'fuzz: %s failed; see %s/found\n' "${failed[*]}" "$BUILT" >&2; exit 1; }
