#!/usr/bin/env bash
# Terraform on terraform/, with the AWS provider from a mirror on this machine where there is one.
#
#   scripts/terraform.sh COMMAND...                works in terraform/, with the state where its backend keeps it
#   scripts/terraform.sh --local FOLDER COMMAND... works in FOLDER, with the state there: for a local endpoint, and plans
#
# In FOLDER the configuration is linked, not copied: what changes in terraform/ is used at once.
# TF_PLUGIN_MIRROR names the mirror: a folder with registry.terraform.io/hashicorp/aws. Else the usual places are searched.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
readonly root
readonly provider=registry.terraform.io/hashicorp/aws

# Folders that may be, or hold, a mirror: themselves and two levels down.
mirror() {
  local place found
  if [[ -n ${TF_PLUGIN_MIRROR-} ]]; then
    [[ -d $TF_PLUGIN_MIRROR/$provider ]] || {
      printf 'terraform.sh: TF_PLUGIN_MIRROR is %s; there is no %s in it\n' "$TF_PLUGIN_MIRROR" "$provider" >&2
      exit 2
    }
    printf '%s\n' "$TF_PLUGIN_MIRROR"
    return
  fi
  for place in "${HOME-/nonexistent}/.terraform.d" /usr/local/share /usr/share /usr/local/lib /opt /srv; do
    [[ -d $place ]] || continue
    found=$(find -L "$place" -maxdepth 5 -type d -path "*/$provider" -print -quit 2>/dev/null || true)
    [[ -z $found ]] || {
      printf '%s\n' "${found%/"$provider"}"
      return
    }
  done
}

# A folder of its own for a local state: links to the configuration, and the backend replaced.
prepare() {
  local folder=$1 file
  # Links to what is no longer there would be errors.
  find "$folder" -maxdepth 1 -type l -delete
  for file in "$root"/terraform/*.tf "$root/terraform/modules"; do
    ln -sfn "$file" "$folder/${file##*/}"
  done
  [[ ! -f $root/terraform/.terraform.lock.hcl ]] || cp "$root/terraform/.terraform.lock.hcl" "$folder/"
  printf 'terraform {\n  backend "local" {}\n}\n' >"$folder/backend_override.tf"
}

folder=$root/terraform
if [[ ${1-} == --local ]]; then
  [[ -n ${2-} ]] || { printf 'terraform.sh: --local needs a folder\n' >&2 && exit 2; }
  mkdir -p "$2"
  folder=$(cd "$2" && pwd)
  prepare "$folder"
  export TF_VAR_repository=${TF_VAR_repository-$root} TF_VAR_packages=${TF_VAR_packages-$root/target/package}
  shift 2
fi

found=''
# A configuration of the user's own says where providers are, unless a mirror is named.
if [[ -n ${TF_PLUGIN_MIRROR-} || ! -r ${TF_CLI_CONFIG_FILE:-${HOME-}/.terraformrc} ]]; then
  found=$(mirror)
fi
if [[ -n $found ]]; then
  configuration=$(mktemp)
  trap 'rm -f "$configuration"' EXIT
  cat >"$configuration" <<END
provider_installation {
  filesystem_mirror {
    path    = "$found"
    include = ["$provider"]
  }
  direct {
    exclude = ["$provider"]
  }
}
END
  export TF_CLI_CONFIG_FILE=$configuration
fi
export CHECKPOINT_DISABLE=${CHECKPOINT_DISABLE-1}

cd "$folder"
terraform "$@"
