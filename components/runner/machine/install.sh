#!/bin/sh
# Makes this machine a GitLab runner: packages first, then its configuration, then the timer that keeps it fresh.
# Safe to run again: it leaves alone what already has the version in gitlab-ecr-runner.conf, and replaces the rest.
#
# It verifies everything that it installs: packages come from repositories whose index is signed by the key with the
# expected fingerprint, and the credential helper has the expected digest.
set -eu
umask 077

root="${GITLAB_ECR_ROOT:-}"
# shellcheck source=/dev/null
. "$root/etc/gitlab-ecr-runner.conf"
# shellcheck source=/dev/null
. "$root/etc/os-release"

say() { printf 'gitlab-ecr-runner: %s\n' "$*"; }

fail() {
  say "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

case "$ID" in
  debian | ubuntu) family=deb ;;
  amzn | fedora | rhel | rocky | almalinux) family=rpm ;;
  *) fail "this machine is $ID; this script supports Debian, Ubuntu and Amazon Linux 2023" ;;
esac
case "$(uname -m)" in
  x86_64) arch=amd64 digest=$HELPER_SHA256_AMD64 ;;
  aarch64) arch=arm64 digest=$HELPER_SHA256_ARM64 ;;
  *) fail "this machine is a $(uname -m); this script supports x86_64 and aarch64" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

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

# Only by https, also after a redirect.
download() {
  curl --proto '=https' --proto-redir '=https' --tlsv1.2 --fail --silent --show-error --location --max-redirs 5 \
    --retry 5 --output "$2" "$1" || fail "$1 cannot be downloaded"
}

# The file must hold this one key only: a second one would be trusted like the first.
check_key() {
  mkdir "$work/gnupg"
  found=$(gpg --batch --no-options --homedir "$work/gnupg" --with-colons --show-keys "$1" |
    sed -n '/^pub:/,/^fpr:/s/^fpr:.*:\([0-9A-F]\{40\}\):.*$/\1/p') || found=
  [ "$found" = "$PACKAGES_KEY_FINGERPRINT" ] ||
    fail "$PACKAGES_KEY holds the key ${found:-(none)} and not $PACKAGES_KEY_FINGERPRINT: nothing is installed from there"
}

add_repository() {
  has gpg || if [ "$family" = deb ]; then install_package gnupg; else install_package gnupg2; fi
  download "$PACKAGES_KEY" "$work/key"
  check_key "$work/key"
  if [ "$family" = deb ]; then
    put /etc/apt/keyrings/gitlab-runner.asc <"$work/key"
    put /etc/apt/sources.list.d/gitlab-runner.list <<END
deb [signed-by=/etc/apt/keyrings/gitlab-runner.asc] $PACKAGES/$ID $VERSION_CODENAME main
END
    # Above 1000, this version replaces a newer one, and the distribution's own package.
    put /etc/apt/preferences.d/gitlab-runner <<END
Package: gitlab-runner gitlab-runner-helper-images
Pin: version $RUNNER_VERSION-1
Pin-Priority: 1001
END
    updated=no
    return
  fi
  case "$ID" in
    amzn) place="amazon/$VERSION_ID" ;;
    fedora) place="fedora/$VERSION_ID" ;;
    *) place="el/${VERSION_ID%%.*}" ;;
  esac
  put /etc/pki/rpm-gpg/gitlab-runner.asc <"$work/key"
  # The signed index names the digest of each package.
  put /etc/yum.repos.d/gitlab-runner.repo <<END
[gitlab-runner]
name=GitLab Runner
baseurl=$PACKAGES/$place/\$basearch
enabled=1
sslverify=1
repo_gpgcheck=1
gpgcheck=0
gpgkey=file:///etc/pki/rpm-gpg/gitlab-runner.asc
END
}

# Writes standard input to a file of root, whole or not at all.
put() {
  cat >"$work/put"
  mkdir -p "$root${1%/*}"
  install -m 644 "$work/put" "$root$1"
}

install_runner() {
  add_repository
  if [ "$family" = deb ]; then pin="=$RUNNER_VERSION-1"; else pin="-$RUNNER_VERSION-1"; fi
  install_package "gitlab-runner$pin" "gitlab-runner-helper-images$pin"
}

# Debian's and Ubuntu's packages of it do not know every registry host.
install_helper() {
  download "$HELPER_DOWNLOADS/$HELPER_VERSION/linux-$arch/docker-credential-ecr-login" "$work/helper"
  printf '%s  %s\n' "$digest" "$work/helper" | sha256sum --check --status ||
    fail "docker-credential-ecr-login $HELPER_VERSION for $arch does not have the expected digest $digest"
  mkdir -p "$root/usr/local/bin"
  install -m 755 "$work/helper" "$root/usr/local/bin/docker-credential-ecr-login"
}

has_helper() {
  printf '%s  %s\n' "$digest" "$root/usr/local/bin/docker-credential-ecr-login" | sha256sum --check --status 2>/dev/null
}

has_runner() { has gitlab-runner && gitlab-runner --version | grep -Eq "^Version: +$RUNNER_VERSION\$"; }

install_aws() {
  # Ubuntu 24.04 has no package of this name, but snaps.
  install_package awscli || snap install aws-cli --classic
}

has curl || install_package curl
if [ "$NEEDS_DOCKER" = yes ] && ! has docker; then
  if [ "$family" = deb ]; then install_package docker.io; else install_package docker; fi
  systemctl enable --now docker
fi
case "$HELPER" in
  '') ;;
  ecr-login) has_helper || install_helper ;;
  *) has "docker-credential-$HELPER" || fail "docker-credential-$HELPER is not on this machine: add it to the machine's image" ;;
esac
has aws || install_aws
has_runner || install_runner

"$root/usr/local/sbin/gitlab-ecr-runner-fetch"
if ! systemctl is-enabled --quiet gitlab-ecr-runner.timer; then
  # A runner from the machine's image was started without the region that its credential helper needs.
  systemctl try-restart gitlab-runner.service
  systemctl enable --now gitlab-ecr-runner.timer
fi
say "ready"
