#!/usr/bin/env bash
# Builds what `make bench-peers` runs, all of it below target/: the agents and the peer in Rust (both profile release),
# and the environment of the peer in Python from pinned wheels.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly OUT=target/bench-peers AGENTS="content-gen review"
cargo=${CARGO:-cargo}

selection=(--release --bins)
for agent in $AGENTS; do
  selection+=(--package "agent-$agent" --features "agent-$agent/aws")
done
"$cargo" build --locked "${selection[@]}"
mkdir -p "$OUT/agents" "$OUT/powertools"
for agent in $AGENTS; do
  install -m 755 "target/release/$agent" "$OUT/agents/$agent"
done

"$cargo" build --locked --release --manifest-path benches/peers/shove/Cargo.toml --target-dir "$OUT/shove"

# Copied: Python keeps what it compiled beside its modules.
install -m 644 benches/peers/powertools/*.py "$OUT/powertools/"
[[ -x $OUT/venv/bin/python ]] || python3 -m venv "$OUT/venv"
"$OUT/venv/bin/pip" install --quiet --disable-pip-version-check --requirement benches/lambda/peer/requirements.txt
