#!/usr/bin/env bash
# Builds what `make bench-lambda` measures: the zips of all agents and of echo (profile lambda, as they are deployed), the
# same echo with its ports in memory, and the peer's environment from pinned wheels.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly OUT=target/bench-lambda MEASURED="content-gen echo metadata publish review site"

case $(uname -m) in
  x86_64) arch=x86_64 machine=x86_64 ;;
  aarch64 | arm64) arch=arm64 machine=aarch64 ;;
  *) echo "prepare: $(uname -m) machines run no Lambda functions" >&2 && exit 2 ;;
esac

AGENTS=$MEASURED PROFILE=lambda ARCH=$arch scripts/package.sh

# Selected together with the agents, so that nothing is compiled twice; flags and tools are those of scripts/package.sh.
selection=(--profile lambda --bins --package mesh-bench-memory)
for agent in $MEASURED; do
  selection+=(--package "agent-$agent" --features "agent-$agent/aws")
done
export RUSTFLAGS="--remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
command -v cargo-lambda >/dev/null || PATH=$PWD/target/package-tools/bin:$PATH
"${CARGO:-cargo}" lambda build --locked --disable-optimizations --target "$machine-unknown-linux-gnu.2.34" \
  --lambda-dir "$OUT/built" "${selection[@]}"

[[ -x $OUT/venv/bin/python ]] || python3 -m venv "$OUT/venv"
"$OUT/venv/bin/pip" install --quiet --disable-pip-version-check --requirement benches/lambda/peer/requirements.txt
