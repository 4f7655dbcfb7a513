#!/usr/bin/env bash
# Builds what `make bench-lambda` measures: the zips of all agents and of echo (profile lambda, as they are deployed), the
# same echo with its ports in memory, and the peer's environment from pinned wheels.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly OUT=target/bench-lambda AGENTS="content-gen echo publish review site"

AGENTS=$AGENTS PROFILE=lambda scripts/package.sh

# Selected together with the agents, so that nothing is compiled twice; the flags are those of scripts/package.sh.
selection=(--profile lambda --bins --package mesh-bench-memory)
for agent in $AGENTS; do
  selection+=(--package "agent-$agent" --features "agent-$agent/aws")
done
export RUSTFLAGS="--remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
PATH=$PWD/target/package-tools/bin:$PATH "${CARGO:-cargo}" lambda build --locked --disable-optimizations \
  --target x86_64-unknown-linux-gnu.2.34 --lambda-dir "$OUT/built" "${selection[@]}"

if [[ ! -x $OUT/venv/bin/python ]]; then
  python3 -m venv "$OUT/venv"
fi
"$OUT/venv/bin/pip" install --quiet --disable-pip-version-check --require-virtualenv -r benches/lambda/peer/requirements.txt
