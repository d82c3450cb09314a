#!/bin/sh
# Brings the published configuration to this machine when it changed. A broken one never replaces a good one.
# The runner reads a changed config.toml by itself, and the Docker configuration before each pull.
set -eu
umask 077

root="${GITLAB_ECR_ROOT:-}"
# shellcheck source=/dev/null
. "$root/etc/gitlab-ecr-runner.conf"

config="$root/etc/gitlab-runner/config.toml"
home=$(getent passwd gitlab-runner | cut -d: -f6)
docker_config="$root$home/.docker/config.json"
mkdir -p "$root/etc/gitlab-runner" "$root$home/.docker"
new=$(mktemp "$config.XXXXXX")
new_docker=$(mktemp "$docker_config.XXXXXX")
trap 'rm -f "$new" "$new.merged" "$new_docker"' EXIT

say() { printf 'gitlab-ecr-runner: %s\n' "$*"; }

fail() {
  say "$* The present configuration stays." >&2
  exit 1
}

fetch() {
  aws ssm get-parameter --region "$REGION" --name "$1" --with-decryption --query Parameter.Value --output text ||
    fail "The parameter $1 cannot be read: check the instance role and the network."
}

# The keys of [[runners]] itself; a table below it may have keys of the same names.
registration() { sed -e '1,/^\[\[runners\]\]$/d' "$1" | sed -e '/^[[:space:]]*\[/,$d'; }

value_of() { registration "$2" | sed -n "s/^[[:space:]]*$1 = //p"; }

# The runner may have rotated its token: GitLab no longer takes the published one then, and only this machine has the
# new one. It holds as long as the registration, told by its id, is the same.
keep_token() {
  same=$(value_of id "$new")
  [ -f "$config" ] && [ -n "$same" ] && [ "$(value_of id "$config")" = "$same" ] || return 0
  here=no
  while IFS= read -r line; do
    case "$line" in
      '[[runners]]') here=yes ;;
      '['*) here=no ;;
    esac
    case "$here $line" in
      'yes token = '*) registration "$config" | grep -E '^[[:space:]]*(token|token_obtained_at|token_expires_at) = ' ;;
      *) printf '%s\n' "$line" ;;
    esac
  done <"$new" >"$new.merged"
  mv "$new.merged" "$new"
}

check() {
  if ! grep -q '^\[\[runners\]\]$' "$new" || [ -z "$(value_of token "$new")" ]; then
    fail "The parameter $CONFIG_PARAMETER holds no runner."
  fi
  if gitlab-runner --help | grep -Eq '^ +lint( |,|$)'; then
    gitlab-runner lint --config "$new" || fail "gitlab-runner lint refuses the parameter $CONFIG_PARAMETER."
  fi
}

fetch "$CONFIG_PARAMETER" >"$new"
fetch "$DOCKER_PARAMETER" >"$new_docker"
keep_token
check

if ! cmp -s "$new_docker" "$docker_config"; then
  chown -R gitlab-runner: "$root$home/.docker"
  chown gitlab-runner: "$new_docker"
  mv "$new_docker" "$docker_config"
  say "the registries changed"
fi
if ! cmp -s "$new" "$config"; then
  if grep -q '^\[runners\.autoscaler\]' "$new"; then
    gitlab-runner fleeting install --config "$new" || fail "The autoscaler's plugin cannot be installed."
  fi
  mv "$new" "$config"
  say "the runner's configuration changed"
fi
