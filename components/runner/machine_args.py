"""Arguments for a runner's machine: registry access and the launch template."""

from typing import NotRequired, TypedDict

import pulumi

from ..names.access import RunnerAccess
from ..names.registries import RegistryArgs


class LoginArgs(TypedDict):
    """A fixed login of one registry."""

    username: str
    """The user's name at the registry."""
    password: pulumi.Input[str]
    """A secret."""


class AccessArgs(TypedDict):
    """How the runner itself logs in to registries, apart from a job's own `DOCKER_AUTH_CONFIG`."""

    kind: NotRequired[RunnerAccess]
    """`credential-helper` (default): `docker-credential-ecr-login` with the instance role, configured for each registry
    host in the Docker configuration of the runner's user; no secret anywhere, nothing to renew. `static`: fixed
    passwords of other registries in the runner's environment; every job on the runner can read them, and they are in
    state, encrypted. An ECR password lasts 12 hours at most and does not belong here. `credentials-store`: the helper
    is asked for every registry, even Docker Hub; if it fails once, no private image can be pulled."""
    pull: NotRequired[list[str]]
    """With `credential-helper` and `credentials-store`: repositories, or patterns, that jobs on this runner can use as
    their image. Makes an instance role and an instance profile that pull them and read the runner's two parameters.
    Default: none is created, and you provide the machine's role."""
    caches: NotRequired[list[str]]
    """With `pull`: prefixes of pull-through caches that the role may pull from and fill."""
    registries: NotRequired[list[RegistryArgs]]
    """For `credential-helper`: where the repositories are; by default the stack's own account and region. The role gets
    its rights in each, and the helper is configured for each host. A registry of another account also needs a
    repository policy there: across accounts both sides must allow access."""
    registry_hosts: NotRequired[list[str]]
    """For `credential-helper`: the hosts as the `image:` lines write them, where they are not the classic ones of
    `registries`. Each spelling (FIPS, dual-stack) is a host of its own."""
    helper: NotRequired[str]
    """The helper's name without `docker-credential-`. Default `ecr-login`; any other must already be on the machine."""
    logins: NotRequired[dict[str, LoginArgs]]
    """For `static`: the logins, by registry host and port."""


class MachineArgs(TypedDict):
    """An EC2 launch template for the runner's machine: IMDSv2 only, hop limit 1, encrypted disk, no secret in it."""

    image_id: pulumi.Input[str]
    """An AMI of Debian, Ubuntu or Amazon Linux 2023."""
    instance_type: NotRequired[pulumi.Input[str]]
    """Default `t3.medium`."""
    instance_profile: NotRequired[pulumi.Input[str]]
    """The name of the instance profile; default the name of the runner's role. The role reads the two parameters and
    pulls images."""
    security_group_ids: NotRequired[pulumi.Input[list[str]]]
    """Default: the network's own. The machine needs no inbound access."""
    disk_gib: NotRequired[int]
    """Default 50."""
    disk_device: NotRequired[str]
    """The AMI's root device. Default `/dev/xvda`, which is Debian's and Amazon Linux's; Ubuntu has `/dev/sda1`."""
    runner_version: NotRequired[str]
    """The version of gitlab-runner that is installed. Default: the version whose configuration keys this library knows.
    A change applies to new machines; on a running machine, change `/etc/gitlab-ecr-runner.conf` and run
    `gitlab-ecr-runner-install` again."""
    packages: NotRequired[str]
    """The https URL of gitlab-runner's packages. Default: GitLab's repositories. A mirror must have the same folders
    `debian`, `ubuntu` and `amazon`, and the signed indexes."""
    packages_key: NotRequired[str]
    """The https URL of the key that signs those indexes. Default: GitLab's."""
    packages_key_fingerprint: NotRequired[str]
    """The fingerprint of that key, 40 hexadecimal digits; any other key is refused. Default: the one on GitLab's page
    on package signatures."""
    helper_version: NotRequired[str]
    """The version of `docker-credential-ecr-login` that is installed. Default: 0.12.0, which knows every registry host,
    unlike those of the distributions. Another version needs `helper_sha256`."""
    helper_downloads: NotRequired[str]
    """The https URL it is downloaded from. Default: the bucket of its releases."""
    helper_sha256: NotRequired[dict[str, str]]
    """Its SHA-256 by architecture, `amd64` and `arm64`; a file with any other digest is not installed."""
