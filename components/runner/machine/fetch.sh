#!/bin/sh
# Brings the published configuration to this machine when it changed. A broken one never replaces a good one.
# The runner reads a changed config.toml by itself, and the Docker configuration before each pull.
#
# This runs as root, and with the shell executor every job runs as the user gitlab-runner. So root touches nothing below
# that user's home, where any path may have become a link: a process of that user does it.
set -eu
umask 077

root="${GITLAB_ECR_ROOT:-}"
# shellcheck source=/dev/null
. "$root/etc/gitlab-ecr-runner.conf"

config="$root/etc/gitlab-runner/config.toml"
mkdir -p "$root/etc/gitlab-runner"
work=$(mktemp -d "$root/etc/gitlab-runner/.fetched.XXXXXX")
trap 'rm -rf "$work"' EXIT
new="$work/config.toml"

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

# The runner may have rotated its token. Then GitLab no longer accepts the published one, and only this machine has the
# new one, which is valid as long as the registration is the same, by its id.
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

publish_config() {
  cmp -s "$new" "$config" && return 0
  if grep -q '^\[runners\.autoscaler\]' "$new"; then
    gitlab-runner fleeting install --config "$new" || fail "The autoscaler's plugin cannot be installed."
  fi
  mv -T "$new" "$config" || fail "$config cannot be replaced."
  say "the runner's configuration changed"
}

# What the user's own process does: $1 is the home, standard input the new file. It exits with 3 if nothing changed.
# shellcheck disable=SC2016 # another shell expands it
as_user='
set -eu
umask 077
cd "$1"
mkdir -p .docker
new=$(mktemp .docker/config.json.XXXXXX)
trap "rm -f $new" EXIT
cat >"$new"
if [ -f .docker/config.json ] && cmp -s "$new" .docker/config.json; then exit 3; fi
mv -T "$new" .docker/config.json
'

publish_docker_config() {
  home=$(getent passwd gitlab-runner | cut -d: -f6)
  status=0
  # It inherits nothing from root: no terminal, no variable, no open file but the new one. If a pipe is where a file
  # should be, it waits for a minute at most.
  setsid --wait timeout --kill-after=5 60 runuser -u gitlab-runner -- env -i "PATH=$PATH" \
    sh -c "$as_user" sh "$root$home" <"$work/docker.json" || status=$?
  case "$status" in
    0) say "the registries changed" ;;
    3) ;;
    *) fail "The user gitlab-runner cannot write $home/.docker/config.json: look at what is there." ;;
  esac
}

fetch "$CONFIG_PARAMETER" >"$new"
fetch "$DOCKER_PARAMETER" >"$work/docker.json"
keep_token
check
publish_config
publish_docker_config
