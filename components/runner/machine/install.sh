#!/bin/sh
# Makes this machine a GitLab runner: packages first, then its configuration, then the timer that keeps it fresh.
# Safe to run again: what is there is left alone.
set -eu
umask 077

root="${GITLAB_ECR_ROOT:-}"
# shellcheck source=/dev/null
. "$root/etc/gitlab-ecr-runner.conf"
# shellcheck source=/dev/null
. "$root/etc/os-release"

say() { printf 'gitlab-ecr-runner: %s\n' "$*"; }

has() { command -v "$1" >/dev/null 2>&1; }

case "$ID" in
  debian | ubuntu) family=deb ;;
  amzn | fedora | rhel | rocky | almalinux) family=rpm ;;
  *)
    say "this machine is $ID; Debian, Ubuntu and Amazon Linux 2023 are what this script knows" >&2
    exit 1
    ;;
esac

updated=no
install_package() {
  if [ "$family" = deb ]; then
    [ "$updated" = yes ] || DEBIAN_FRONTEND=noninteractive apt-get update -q
    updated=yes
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y "$@"
  else
    dnf install -q -y "$@"
  fi
}

architecture() {
  case "$family-$(uname -m)" in
    deb-x86_64) echo amd64 ;;
    deb-aarch64) echo arm64 ;;
    rpm-*) uname -m ;;
    *) say "gitlab-runner has no package for $(uname -m) here" >&2 && exit 1 ;;
  esac
}

install_runner() {
  work=$(mktemp -d)
  arch=$(architecture)
  # The repositories of gitlab-runner do not serve Amazon Linux 2023; its release files serve every distribution.
  for file in "gitlab-runner-helper-images.$family" "gitlab-runner_$arch.$family"; do
    curl --fail --silent --show-error --location --retry 5 --output "$work/$file" \
      "$DOWNLOADS/v$RUNNER_VERSION/$family/$file"
  done
  # Package managers of Debian read the files as another user.
  chmod -R a+rX "$work"
  install_package "$work/gitlab-runner-helper-images.$family" "$work/gitlab-runner_$arch.$family"
  rm -rf "$work"
}

install_aws() {
  # Ubuntu 24.04 has no package of this name, but snaps.
  install_package awscli || snap install aws-cli --classic
}

has curl || install_package curl
if [ "$NEEDS_DOCKER" = yes ] && ! has docker; then
  if [ "$family" = deb ]; then install_package docker.io; else install_package docker; fi
  systemctl enable --now docker
fi
has docker-credential-ecr-login || install_package amazon-ecr-credential-helper
has aws || install_aws
has gitlab-runner || install_runner

"$root/usr/local/sbin/gitlab-ecr-runner-fetch"
systemctl is-enabled --quiet gitlab-ecr-runner.timer || systemctl enable --now gitlab-ecr-runner.timer
say "ready"
