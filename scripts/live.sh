#!/usr/bin/env bash
# Which version of the agents' functions is live, and making another one live: deployment and rollback in seconds.
#
#   scripts/live.sh PREFIX                         shows the live and the newest version of every agent
#   scripts/live.sh PREFIX AGENT|all newest        makes the newest version live
#   scripts/live.sh PREFIX AGENT|all previous      back to the version before the live one
#   scripts/live.sh PREFIX AGENT VERSION           makes this version live
#
# Where live_follows_apply is true, the next apply makes its version live again.
set -euo pipefail

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

agents() {
  aws lambda list-functions --output text --query "Functions[?starts_with(FunctionName, '$prefix-')].[FunctionName]" |
    while read -r name; do
      if live "$name" >/dev/null 2>&1; then printf '%s\n' "${name#"$prefix-"}"; fi
    done
}

live() {
  aws lambda get-alias --function-name "$1" --name live --query FunctionVersion --output text
}

# Versions that get a share beside the live one, and their shares: `, 0.1 of events to 7`.
shares() {
  aws lambda get-alias --function-name "$1" --name live --query 'RoutingConfig.AdditionalVersionWeights' --output json |
    sed -n 's/^ *"\([0-9]*\)": \([0-9.]*\),\{0,1\}$/, \2 of events to \1/p' | tr -d '\n'
}

# Oldest first.
versions() {
  aws lambda list-versions-by-function --function-name "$1" --output text \
    --query "Versions[?Version != '\$LATEST'].[Version]" | sort -n
}

wanted() {
  local name=$1 now=$2
  case $3 in
    newest) versions "$name" | tail -n 1 ;;
    previous) versions "$name" | awk -v now="$now" '$1 < now' | tail -n 1 ;;
    *) versions "$name" | grep -Fx -- "$3" || true ;;
  esac
}

shift_to() {
  local name=$prefix-$1 now version
  now=$(live "$name")
  version=$(wanted "$name" "$now" "$2")
  if [[ -z $version ]]; then
    printf 'live.sh: %s has no version %s; live is %s\n' "$name" "$2" "$now" >&2
    return 1
  fi
  # No weights: what an earlier shift left half way would send some events elsewhere.
  aws lambda update-alias --function-name "$name" --name live --function-version "$version" \
    --routing-config '{"AdditionalVersionWeights":{}}' >/dev/null || return 1
  printf '%s: %s -> %s\n' "$name" "$now" "$version"
}

(($# == 1 || $# == 3)) || usage
prefix=$1
known=$(agents)
[[ -n $known ]] || { printf 'live.sh: no function %s-* has an alias live\n' "$prefix" >&2 && exit 1; }

if (($# == 1)); then
  for agent in $known; do
    name=$prefix-$agent
    printf '%s: live %s%s, newest %s\n' "$name" "$(live "$name")" "$(shares "$name")" "$(versions "$name" | tail -n 1)"
  done
elif [[ $2 == all ]]; then
  [[ $3 == newest || $3 == previous ]] || usage
  # One that cannot be moved holds up no other.
  moved=0
  for agent in $known; do shift_to "$agent" "$3" || moved=1; done
  exit "$moved"
else
  if ! grep -Fxq -- "$2" <<<"$known"; then
    printf 'live.sh: %s is no agent of %s; agents are %s\n' "$2" "$prefix" "${known//$'\n'/, }" >&2
    exit 1
  fi
  shift_to "$2" "$3"
fi
