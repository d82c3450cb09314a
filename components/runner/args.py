"""The arguments of a runner. Keys that also exist in config.toml keep their names and meanings there.

Source of defaults and limits: gitlab-runner 19.4, and
https://docs.gitlab.com/runner/configuration/advanced-configuration/
"""

from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi

from ..arguments.numbers import GitLabNumber
from .autoscaler_args import AutoscalerArgs
from .machine_args import AccessArgs, MachineArgs


class Executor(StrEnum):
    """What runs a runner's jobs."""

    DOCKER = "docker"
    DOCKER_AUTOSCALER = "docker-autoscaler"
    INSTANCE = "instance"
    KUBERNETES = "kubernetes"
    SHELL = "shell"
    SSH = "ssh"
    CUSTOM = "custom"


class ServiceArgs(TypedDict):
    """A service container for each job: a database, a registry, Docker in Docker."""

    name: str
    """The image reference, such as `postgres:17`. Without it, the runner loads the service but fails every job."""
    alias: NotRequired[str]
    """Extra host names for the service, separated by spaces, besides those made from its image."""
    entrypoint: NotRequired[list[str]]
    """Replaces the image's entrypoint; `[""]` removes it."""
    command: NotRequired[list[str]]
    """Replaces the image's command."""
    environment: NotRequired[list[str]]
    """`KEY=value` for this service only."""


class DockerArgs(TypedDict):
    """`[runners.docker]`."""

    image: str
    """The image of jobs without one."""
    services: NotRequired[list[ServiceArgs]]
    """Services of every job. Written as `[[runners.docker.services]]`; the old list of strings no longer loads."""
    pull_policy: NotRequired[list[str]]
    """Tried in this order: `always` (default), `if-not-present`, `never`. On a machine shared by several projects,
    `if-not-present` lets each use images that another pulled, without asking the registry."""
    allowed_pull_policies: NotRequired[list[str]]
    """What a job may choose with `image:pull_policy`; by default the values of `pull_policy`."""
    allowed_images: NotRequired[list[str]]
    """Patterns of images that jobs may use; none means all. `*` stops at `/`, `**` does not. The pattern is compared
    with the text that the job writes: `postgres:*` matches neither `postgres` nor `docker.io/library/postgres:17`.
    `image` above is always allowed."""
    allowed_services: NotRequired[list[str]]
    """The same for services."""
    privileged: NotRequired[bool]
    """Default false. Jobs of a privileged runner are root on its machine: see `jobs_own_machine`."""
    volumes: NotRequired[list[str]]
    """Such as `/cache`, or `/srv/cache:/cache`. With a socket, device or system folder of the machine, jobs are root on
    it: see `jobs_own_machine`."""
    tls_verify: NotRequired[bool]
    """Whether the Docker daemon's certificate is checked. Default false; matters only for a daemon elsewhere."""
    helper_image: NotRequired[str]
    """Replaces the runner's helper image, for example by a copy in ECR."""
    network_mode: NotRequired[str]
    """Docker's network of the job. With `host`, jobs reach what only the machine should: see `jobs_own_machine`."""
    disable_entrypoint_overwrite: NotRequired[bool]
    """Default false: jobs may set `image:entrypoint`."""
    shm_size: NotRequired[int]
    """Bytes of `/dev/shm` in each container."""
    more: NotRequired[dict[str, Any]]
    """Further keys of the section, spelled as in config.toml."""


class KubernetesArgs(TypedDict):
    """`[runners.kubernetes]`."""

    namespace: str
    """Where job pods are created."""
    image: NotRequired[str]
    """The image of jobs without one."""
    image_pull_secrets: NotRequired[list[str]]
    """Names of secrets in that namespace, which the kubelet uses in addition to the runner's credentials."""
    use_service_account_image_pull_secrets: NotRequired[bool]
    """Default false. True uses the pull secrets of the pod's service account."""
    pull_policy: NotRequired[list[str]]
    """As for Docker."""
    allowed_pull_policies: NotRequired[list[str]]
    """As for Docker."""
    allowed_images: NotRequired[list[str]]
    """As for Docker."""
    allowed_services: NotRequired[list[str]]
    """As for Docker."""
    service_account: NotRequired[str]
    """The service account of job pods; with IRSA or Pod Identity it is their identity in AWS."""
    services: NotRequired[list[ServiceArgs]]
    """Services of every job."""
    more: NotRequired[dict[str, Any]]
    """Further keys of the section, spelled as in config.toml."""


class S3CacheArgs(TypedDict):
    """`[runners.cache.s3]`."""

    bucket_name: str
    """The bucket's name."""
    bucket_location: NotRequired[str]
    """The bucket's region."""
    authentication_type: NotRequired[str]
    """`iam` uses the instance role, so that the file holds no key."""
    server_address: NotRequired[str]
    """Default s3.amazonaws.com."""
    server_side_encryption: NotRequired[str]
    """`S3` or `KMS`."""
    server_side_encryption_key_id: NotRequired[str]
    """The KMS key for `KMS`."""
    more: NotRequired[dict[str, Any]]
    """Further keys, spelled as in config.toml: `RoleARN`."""


class JobCacheArgs(TypedDict):
    """`[runners.cache]`."""

    s3: NotRequired[S3CacheArgs]
    """The section `[runners.cache.s3]`."""
    type: NotRequired[str]
    """`s3` when `s3` is given."""
    path: NotRequired[str]
    """A prefix in the bucket."""
    shared: NotRequired[bool]
    """Default false. Whether runners share their caches."""
    max_uploaded_archive_size: NotRequired[int]
    """Bytes; 0 means no limit."""
    more: NotRequired[dict[str, Any]]
    """Further keys, spelled as in config.toml."""


class RunnerOptions(TypedDict):
    """The declaration of one GitLab runner: its registration and its config.toml."""

    group_id: NotRequired[GitLabNumber]
    """The number of the group whose projects may use the runner. Without this and `project_id`, the runner is for the
    whole instance, which only administrators can create."""
    project_id: NotRequired[GitLabNumber]
    """The number of the one project that may use the runner."""
    description: NotRequired[pulumi.Input[str]]
    """Default: the name."""
    tags: NotRequired[list[str]]
    """Jobs select a runner by tags. GitLab stores them; config.toml has no such key."""
    run_untagged: NotRequired[bool]
    """Whether jobs without tags may run. Default: only when the runner has no tags."""
    locked: NotRequired[bool]
    """Whether the runner stays with its project. Default: true for a project's runner."""
    protected: NotRequired[bool]
    """Default false. Whether only jobs on protected branches and tags may run; recommended for a runner that can
    push."""
    maximum_timeout: NotRequired[int]
    """Seconds, at least 600; the shorter of this and the project's limit applies. The provider cannot unset it, so
    removing the key later changes nothing: write a longer one, or remove it on the runner's page."""
    paused: NotRequired[pulumi.Input[bool]]
    """Default false."""
    maintenance_note: NotRequired[str]
    """At most 1024 characters, shown to administrators."""
    executor: NotRequired[Executor]
    """Default `docker`; `docker-autoscaler` with `autoscaler`, `kubernetes` with `kubernetes`."""
    jobs_own_machine: NotRequired[bool]
    """Default false: on a machine with an instance role, everything that lets a job take over its machine is refused:
    the executors `shell` and `custom`, privileged containers, the machine's namespaces, added capabilities, devices,
    sockets and system folders. True acknowledges that every job, of every project, can take the instance role, the
    runner's token, and whatever other jobs left there."""
    concurrent: NotRequired[int]
    """Jobs at the same time on the machine. Default 1."""
    check_interval: NotRequired[int]
    """Seconds between polls for jobs; 0 (default) means 3."""
    log_level: NotRequired[str]
    """`debug`, `info` (default), `warn`, `error`, `fatal` or `panic`."""
    log_format: NotRequired[str]
    """`runner`, `text` or `json`."""
    listen_address: NotRequired[str]
    """Where metrics are served, such as `127.0.0.1:9252`."""
    sentry_dsn: NotRequired[str]
    """Where the runner reports its own errors."""
    shutdown_timeout: NotRequired[int]
    """Seconds."""
    connection_max_age: NotRequired[str]
    """A duration; default `15m`."""
    more: NotRequired[dict[str, Any]]
    """Further global keys of config.toml."""
    limit: NotRequired[int]
    """Jobs of this runner at the same time; 0 (default) leaves it to `concurrent`."""
    output_limit: NotRequired[int]
    """KiB of a job's log; default 4096."""
    request_concurrency: NotRequired[int]
    """Requests for new jobs at the same time. Default 1."""
    builds_dir: NotRequired[str]
    """Where the sources of jobs are, in the job's environment."""
    cache_dir: NotRequired[str]
    """Where the local cache is, in the job's environment."""
    clone_url: NotRequired[str]
    """The URL that jobs clone from, if it differs from GitLab's."""
    shell: NotRequired[str]
    """`bash`, `sh`, `pwsh`, `powershell` or `cmd`."""
    pre_get_sources_script: NotRequired[str]
    """Commands before the sources are fetched."""
    post_get_sources_script: NotRequired[str]
    """Commands after the sources are fetched."""
    pre_build_script: NotRequired[str]
    """Commands before each job's script."""
    post_build_script: NotRequired[str]
    """Commands after each job's script, before `after_script`."""
    environment: NotRequired[list[str]]
    """`KEY=value` for every job. Never put a secret here: each job on the runner can read it, and the preview shows
    it."""
    feature_flags: NotRequired[dict[str, bool]]
    """`FF_...`; they override the same variables of a job."""
    runner_more: NotRequired[dict[str, Any]]
    """Further keys of `[[runners]]`."""
    docker: NotRequired[DockerArgs]
    """The section `[runners.docker]`."""
    kubernetes: NotRequired[KubernetesArgs]
    """The section `[runners.kubernetes]`."""
    autoscaler: NotRequired[AutoscalerArgs]
    """The section `[runners.autoscaler]`."""
    cache: NotRequired[JobCacheArgs]
    """The section `[runners.cache]`."""
    access: NotRequired[AccessArgs]
    """Which images its jobs pull, and how the runner logs in."""
    images: NotRequired[list[str]]
    """Images that jobs on this runner use. The output `explanation` says where each one's credential comes from."""
    machine: NotRequired[MachineArgs]
    """Creates a launch template. The output `user_data` exists without it too."""
    template: NotRequired[str]
    """An existing template for `gitlab-runner register --template-config`. It is checked, and becomes the output
    `template` instead of the one made from these arguments."""


class RunnerArgs(TypedDict):
    """One GitLab runner, with its account and names."""

    account: str
    """The AWS account of the registry and the parameter, twelve digits."""
    region: str
    """The region of the parameter."""
    prefix: str
    """Starts its names in AWS."""
    name: str
    """The runner's name, unique in the stack; it appears in config.toml, in the log and in the parameter's name."""
    gitlab_url: NotRequired[str]
    """Default https://gitlab.com. The runner must reach it."""
    aws_tags: NotRequired[dict[str, pulumi.Input[str]]]
    """AWS tags of the parameters, the launch template, and the machines and disks created from it. The tags by which
    jobs select a runner are in `options`."""
    options: RunnerOptions
    """The runner itself."""
