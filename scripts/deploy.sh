#!/usr/bin/env bash
# Brings this commit to an environment: packages, plans, asks, applies, makes it live, looks at it, sends one request.
#
#   scripts/deploy.sh ENVIRONMENT [--yes]     dev, staging or prod; --yes answers the question
#
# VAR_FILES names further files of variables, laid over those of the environment: VAR_FILES=environments/va-phase1.tfvars
# ARCH is handed to `make package`. Credentials and region come from the standard chain.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  printf 'deploy: %s\n' "$1" >&2
  exit "${2-1}"
}

environment=${1-}
[[ -n $environment && -f terraform/environments/$environment.tfvars && -f terraform/environments/$environment.s3.tfbackend ]] ||
  fail "\"$environment\" is no environment; make deploy ENV=dev, staging or prod" 2
[[ ${2-} == '' || ${2-} == --yes ]] || fail "${2-} is no option; only --yes is" 2
for tool in terraform aws cargo; do
  command -v "$tool" >/dev/null || fail "$tool is missing" 2
done

variables=("-var-file=environments/$environment.tfvars")
for file in ${VAR_FILES-}; do variables+=("-var-file=$file"); done

make package ${ARCH:+ARCH="$ARCH"}
scripts/terraform.sh init -input=false -reconfigure "-backend-config=environments/$environment.s3.tfbackend"
plan=$PWD/target/$environment.tfplan
trap 'rm -f "$plan"' EXIT
changes=0
scripts/terraform.sh plan -input=false -detailed-exitcode "${variables[@]}" "-out=$plan" || changes=$?
case $changes in
  0) printf 'deploy: %s is as it should be; nothing is applied\n' "$environment" >&2 ;;
  2)
    if [[ ${2-} != --yes ]]; then
      [[ -t 0 ]] || fail 'nobody to ask; --yes applies without' 2
      read -rp "Apply this to $environment? Only \"yes\" does it: " answer
      [[ $answer == yes ]] || fail 'not applied'
    fi
    scripts/terraform.sh apply -input=false "$plan"
    ;;
  *) fail 'the plan failed' ;;
esac

value() { scripts/terraform.sh output -json | python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
MESH_PREFIX=$(value '["prefix"]["value"]')
AWS_REGION=$(value '["region"]["value"]')
MESH_ACCOUNT=$(value '["account"]["value"]')
MESH_OBJECTS_BUCKET=$(value '["buckets"]["value"]["objects"]')
MESH_SITE_BUCKET=$(value '["buckets"]["value"]["site"]')
export MESH_ENVIRONMENT=$environment AWS_DEFAULT_REGION=$AWS_REGION
export MESH_PREFIX AWS_REGION MESH_ACCOUNT MESH_OBJECTS_BUCKET MESH_SITE_BUCKET
scripts/live.sh "$MESH_PREFIX" all newest

mesh=(cargo run --quiet --locked --package mesh-cli --features aws -- --target aws)
"${mesh[@]}" doctor
"${mesh[@]}" request --topic "A deployment to $environment" --words 300 --site smoke --wait
