#!/usr/bin/env bash
# Makes an agent from the template agents/echo: its crate, its events with contracts and examples, its place in the CLI.
#
#   scripts/new-agent.sh NAME        NAME in kebab-case: shout, image-tagger
#
# What it makes compiles, runs and passes every test. agents/README.md says what to change then.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly EVENTS=shared/contracts/src/events
readonly REGISTRY=cli/src/registry.rs

fail() {
  printf 'new-agent: %s\n' "$1" >&2
  exit 2
}

# Names that Rust, or the template, has given to something else.
readonly TAKEN=' abstract agent agents arc as async await become box break const context continue contract contracts crate
  detail do dyn else emit enum event events extern failure false final fn for id if impl in int language let list loop
  macro manifest match mesh mod move mut name ok option outcome override pointer priv pub record records ref result
  return schema self settings static string struct super text time trait true try type typeof union unsafe unsized use
  validate virtual where while yield '

check_name() {
  [[ -n $name ]] || fail 'no name was given; scripts/new-agent.sh NAME, or make new-agent NAME=shout'
  [[ $name =~ ^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$ ]] ||
    fail "$name is no name for an agent; allowed is kebab-case: small letters and digits, words joined by -, each beginning with a letter"
  [[ $name != *echo* ]] || fail "$name contains the template's own name; choose another name"
  ((${#name} <= 40)) || fail "$name has ${#name} characters; allowed are 40"
  [[ $TAKEN != *[[:space:]]"$name"[[:space:]]* ]] || fail "$name is taken by the language or the mesh; choose another name"
  [[ ! -e agents/$name ]] || fail "agents/$name exists already"
  [[ ! -e $EVENTS/$snake.rs ]] || fail "$EVENTS/$snake.rs exists already; choose another name"
  local type
  for type in "$pascal" "${pascal}Requested" "${pascal}Done" "${pascal}Failure"; do
    ! grep -rqw -- "$type" shared/contracts/src || fail "the contracts have a $type already; choose another name"
  done
}

check_tree() {
  local file marker
  while read -r file marker; do
    grep -qF -- "new-agent: $marker" "$file" || fail "$file has no line 'new-agent: $marker'"
  done <<END
$EVENTS/mod.rs modules
$EVENTS/mod.rs exports
$EVENTS/mod.rs events
$REGISTRY registry
cli/Cargo.toml dependencies
END
}

# The template's text in the new agent's words.
renamed() {
  sed -e 's/: the smallest real agent, and the template[^."]*\././' -e 's/, the smallest agent\././' \
    -e 's/Asks for an echo\./Asks `echo` for an answer./' -e 's/The echo\. /The answer. /' \
    -e 's/The echo could not/The answer could not/' \
    -e "s/Echoed/${pascal}Done/g" -e "s/echoed-v1/$name-done-v1/g" -e "s|/echo/echoed|/$name/done|g" \
    -e "s/_echo/_$snake/g" -e "s/echo_/${snake}_/g" -e "s/echo::/$snake::/g" -e "s/Echo/$pascal/g" -e "s/echo/$name/g" \
    -e 's/"deploy": false/"deploy": true/' "$1"
}

# Copies a file of the template; its name changes like its text.
copy() {
  mkdir -p "$(dirname "$2")"
  renamed "$1" >"$2"
  printf 'wrote %s\n' "$2"
}

# Puts a line before the line with a marker.
register() {
  local file=$1 marker="new-agent: $2" line=$3
  line=$line marker=$marker awk 'index($0, ENVIRON["marker"]) { print ENVIRON["line"] } { print }' "$file" >"$file.new"
  cat "$file.new" >"$file"
  rm "$file.new"
  printf 'changed %s\n' "$file"
}

make_crate() {
  local file
  find agents/echo -type f ! -name '*.snap.new' | sort | while read -r file; do
    copy "$file" "agents/$name/${file#agents/echo/}"
  done
  register cli/Cargo.toml dependencies "agent-$name = { path = \"../agents/$name\" }"
  register "$REGISTRY" registry "        agent_$snake::agent(settings)?,"
}

make_events() {
  copy "$EVENTS/echo.rs" "$EVENTS/$snake.rs"
  register "$EVENTS/mod.rs" modules "mod $snake;"
  register "$EVENTS/mod.rs" exports "pub use $snake::{${pascal}Done, ${pascal}Failure, ${pascal}Requested};"
  local type
  for type in Requested Done Failure; do
    register "$EVENTS/mod.rs" events "    EventSpec::of::<$pascal$type>(),"
  done
}

# Valid examples only: what is invalid in the template need not be here.
make_examples() {
  local pair from file
  for pair in echo-requested:requested echoed:done echo-failure:failure; do
    from=contracts/examples/${pair%:*}-v1
    for file in "$from"/*.json; do
      copy "$file" "contracts/examples/$name-${pair#*:}-v1/${file##*/}"
    done
  done
}

name=${1-}
(($# <= 1)) || fail 'one name, please'
snake=${name//-/_}
pascal=$(awk -v RS=- '{ printf "%s%s", toupper(substr($1, 1, 1)), substr($1, 2) }' <<<"$name")
readonly name snake pascal

check_name
check_tree
trap 'printf "new-agent: not finished; git status shows what is there so far\n" >&2' ERR
make_crate
make_events
make_examples
# Another name sorts and wraps differently.
rustfmt --edition 2024 "agents/$name/src/lib.rs" "$EVENTS/$snake.rs" "$EVENTS/mod.rs" "$REGISTRY"
cargo run --quiet --example bless
printf '\nagents/%s is ready. Next: what it does, in agents/%s/src/lib.rs; its events, in %s/%s.rs; then: make test\n' \
  "$name" "$name" "$EVENTS" "$snake"
