#!/usr/bin/env bash
# Checks of what describes a deployment: Terraform's format, validity and tests with mocked providers, checkov, and the
# schema of the workflows.
#
#   scripts/check-deployment.sh [BIN]      where checkov and check-jsonschema are; default: the PATH
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -z ${1-} ]] || PATH=$1:$PATH
for tool in terraform checkov check-jsonschema; do
  command -v "$tool" >/dev/null || { printf 'check-deployment: %s is missing\n' "$tool" >&2 && exit 2; }
done

terraform fmt -check -recursive terraform
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A folder of its own: an initialised terraform/ belongs to whoever works in it.
cp -r terraform/tests "$folder/tests"
scripts/terraform.sh --local "$folder" init -input=false -no-color >/dev/null
scripts/terraform.sh --local "$folder" validate -no-color
scripts/terraform.sh --local "$folder" test -no-color
checkov --directory terraform --framework terraform --compact --quiet --skip-download --download-external-modules false
check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
