#!/usr/bin/env bash
# Builds the Lambda zips: target/package/<agent>.zip, each with one file, bootstrap.
#
#   ARCH=x86_64|arm64  AGENTS="review site"  PROFILE=lambda|dev  scripts/package.sh
#
# Without AGENTS: every agent whose agent.json does not say "deploy": false, and the gateway. The default profile is
# lambda, linked by zig against the glibc of provided.al2023. dev is for an endpoint on this machine: the profile that
# tests are built with, and this machine's linker, when ARCH is its own. The same sources, profile and AGENTS give the
# same zips, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly GLIBC=2.34 # of provided.al2023
readonly CARGO_LAMBDA=1.9.2 ZIG=0.17.0
readonly TOOLS=target/package-tools

cargo=${CARGO:-cargo}
profile=${PROFILE:-lambda}
read -r -a agents <<<"${AGENTS:-$(python3 scripts/package.py agents)}"

fail() {
  printf 'package: %s\n' "$1" >&2
  exit 2
}

host_arch() {
  case $(uname -m) in
    x86_64) echo x86_64 ;;
    aarch64 | arm64) echo arm64 ;;
    *) fail "$(uname -m) machines run no Lambda functions; say ARCH=x86_64 or ARCH=arm64" ;;
  esac
}

arch=${ARCH:-x86_64}
case $arch in
  x86_64) target=x86_64-unknown-linux-gnu ;;
  arm64) target=aarch64-unknown-linux-gnu ;;
  *) fail "ARCH is $arch; allowed is x86_64 or arm64" ;;
esac
case $profile in
  lambda | dev) ;;
  *) fail "PROFILE is $profile; allowed is lambda or dev" ;;
esac
((${#agents[@]})) || fail 'no agent is to be deployed'
# The HTTP interface is packaged like an agent, and is none.
folder_of() {
  if [[ $1 == gateway ]]; then echo gateway; else echo "agents/$1"; fi
}
package_of() {
  if [[ $1 == gateway ]]; then echo mesh-gateway; else echo "agent-$1"; fi
}
for agent in "${agents[@]}"; do
  [[ -f $(folder_of "$agent")/Cargo.toml ]] || fail "there is no $(folder_of "$agent")"
done

# One invocation for all of them: the SDK is compiled once. For tests of the whole workspace, with the features that the
# tests are built with.
selection=(--profile "$profile" --bins)
everything=(--workspace --all-features)
for agent in "${agents[@]}"; do
  selection+=(--package "$(package_of "$agent")" --features "$(package_of "$agent")/aws")
  everything+=(--bin "$agent")
done

# The rust target, from rustup when it is missing.
need_target() {
  command -v rustup >/dev/null || return 0
  rustup target list --installed | grep -qx "$target" && return
  rustup target add "$target" >/dev/null 2>&1 ||
    fail "the Rust target $target is not installed and cannot be downloaded: rustup target add $target"
}

# cargo-lambda and zig: those on the PATH, else from PyPI into a folder of the build.
need_tools() {
  command -v cargo-lambda >/dev/null && return
  if [[ ! -x $TOOLS/bin/cargo-lambda ]]; then
    python3 -m venv "$TOOLS"
    "$TOOLS/bin/pip" install --quiet --disable-pip-version-check "cargo-lambda==$CARGO_LAMBDA" "ziglang==$ZIG" ||
      fail "cargo-lambda cannot be installed from PyPI; install it yourself, or use PROFILE=dev"
  fi
  PATH=$PWD/$TOOLS/bin:$PATH
}

if [[ $profile == dev && $arch == "$(host_arch)" ]]; then
  "$cargo" build --locked "${everything[@]}"
  built=target/package-dev/%s
  mkdir -p target/package-dev
  for agent in "${agents[@]}"; do
    strip -o "target/package-dev/$agent" "target/debug/$agent"
  done
  # They run on this machine, so its own C library is the bound.
  glibc=$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)
  level=1
else
  need_target
  need_tools
  # Paths of this machine stay out of the binaries, and do not change them.
  export RUSTFLAGS="--remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
  # The profile decides how it is optimised, not cargo-lambda.
  "$cargo" lambda build --locked --disable-optimizations --target "$target.$GLIBC" \
    --lambda-dir "target/package-$arch" "${selection[@]}"
  built=target/package-$arch/%s/bootstrap
  glibc=$GLIBC
  level=9
fi
python3 scripts/package.py zip --arch "$arch" --glibc "$glibc" --built "$built" --level "$level" "${agents[@]}"
