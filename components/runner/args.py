"""The arguments of a runner. Keys that the runner's config.toml has too keep their names and meaning.

Source of defaults and limits: gitlab-runner 19.4, and https://docs.gitlab.com/runner/configuration/advanced-configuration/
"""

from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi

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
    """A service container beside each job: a database, a registry, Docker in Docker."""

    name: str
    """The image reference, such as `postgres:17`. The runner loads a service without one and then fails each job."""
    alias: NotRequired[str]
    """Host names for the service, besides those made from its image; several are separated by spaces."""
    entrypoint: NotRequired[list[str]]
    """Replaces the image's entrypoint; `[""]` takes it away."""
    command: NotRequired[list[str]]
    """Replaces the image's command."""
    environment: NotRequired[list[str]]
    """`KEY=value` for this service alone."""


class DockerArgs(TypedDict):
    """`[runners.docker]`."""

    image: str
    """The image of jobs that name none."""
    services: NotRequired[list[ServiceArgs]]
    """Services of every job. Written as `[[runners.docker.services]]`; the old list of texts no longer loads."""
    pull_policy: NotRequired[list[str]]
    """Tried in this order: `always` (default), `if-not-present`, `never`. On a machine that several projects share,
    `if-not-present` lets each of them use what another one pulled, without asking the registry."""
    allowed_pull_policies: NotRequired[list[str]]
    """What a job may choose by `image:pull_policy`; by default what `pull_policy` says."""
    allowed_images: NotRequired[list[str]]
    """Patterns of images that jobs may use; none means all. `*` stops at `/`, `**` does not; the pattern is compared
    with the text that the job writes: `postgres:*` matches neither `postgres` nor `docker.io/library/postgres:17`.
    `image` above is always allowed."""
    allowed_services: NotRequired[list[str]]
    """The same for services."""
    privileged: NotRequired[bool]
    """Default false. Jobs of a privileged runner are root on its machine: see `jobs_own_machine`."""
    volumes: NotRequired[list[str]]
    """Such as `/cache`, or `/srv/cache:/cache`. With a socket, a device or a system folder of the machine, jobs are
    root on it: see `jobs_own_machine`."""
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
    """Further keys of the section, as the runner knows them."""


class KubernetesArgs(TypedDict):
    """`[runners.kubernetes]`."""

    namespace: str
    """Where job pods are created."""
    image: NotRequired[str]
    """The image of jobs that name none."""
    image_pull_secrets: NotRequired[list[str]]
    """Names of secrets in that namespace, which the kubelet uses besides what the runner finds."""
    use_service_account_image_pull_secrets: NotRequired[bool]
    """Default false. Takes the pull secrets of the pod's service account."""
    pull_policy: NotRequired[list[str]]
    """As for Docker."""
    allowed_pull_policies: NotRequired[list[str]]
    """As for Docker."""
    allowed_images: NotRequired[list[str]]
    """As for Docker."""
    allowed_services: NotRequired[list[str]]
    """As for Docker."""
    service_account: NotRequired[str]
    """The service account of job pods; with IRSA or Pod Identity it is what they are in AWS."""
    services: NotRequired[list[ServiceArgs]]
    """Services of every job."""
    more: NotRequired[dict[str, Any]]
    """Further keys of the section, as the runner knows them."""


class S3CacheArgs(TypedDict):
    """`[runners.cache.s3]`."""

    bucket_name: str
    bucket_location: NotRequired[str]
    """The bucket's region."""
    authentication_type: NotRequired[str]
    """`iam` takes the instance role, so that no key stands in the file."""
    server_address: NotRequired[str]
    """Default s3.amazonaws.com."""
    server_side_encryption: NotRequired[str]
    """`S3` or `KMS`."""
    server_side_encryption_key_id: NotRequired[str]
    """The KMS key for `KMS`."""
    more: NotRequired[dict[str, Any]]
    """Further keys, spelled as the runner spells them: `RoleARN`."""


class JobCacheArgs(TypedDict):
    """`[runners.cache]`."""

    s3: NotRequired[S3CacheArgs]
    type: NotRequired[str]
    """`s3` when `s3` is given."""
    path: NotRequired[str]
    """A prefix in the bucket."""
    shared: NotRequired[bool]
    """Default false. Whether runners share their caches."""
    max_uploaded_archive_size: NotRequired[int]
    """Bytes; 0 means no limit."""
    more: NotRequired[dict[str, Any]]
    """Further keys, spelled as the runner spells them."""


class ConnectorArgs(TypedDict):
    """`[runners.autoscaler.connector_config]`: how the manager reaches its instances."""

    username: NotRequired[str]
    protocol: NotRequired[str]
    """`ssh` (default) or `winrm`."""
    key_path: NotRequired[str]
    """A private key on the manager's disk; without one EC2 Instance Connect is used."""
    use_external_addr: NotRequired[bool]
    """Default false: the manager reaches instances by their private address."""
    use_static_credentials: NotRequired[bool]
    keepalive: NotRequired[str]
    """A duration such as `30s`."""
    timeout: NotRequired[str]
    """A duration such as `10m`."""
    os: NotRequired[str]
    arch: NotRequired[str]


class PolicyArgs(TypedDict):
    """`[[runners.autoscaler.policy]]`: the last one whose periods match is in force."""

    periods: NotRequired[list[str]]
    """Cron expressions; default always."""
    timezone: NotRequired[str]
    idle_count: NotRequired[int]
    """Instances kept ready for jobs to come."""
    idle_time: NotRequired[str]
    """A duration such as `20m`: how long an instance may be idle."""
    scale_factor: NotRequired[float]
    scale_factor_limit: NotRequired[int]
    preemptive_mode: NotRequired[bool]


class AutoscalerArgs(TypedDict):
    """`[runners.autoscaler]`, for the executors `docker-autoscaler` and `instance`."""

    plugin: str
    """Such as `aws:latest`; `gitlab-runner fleeting install` fetches it."""
    plugin_config: NotRequired[dict[str, Any]]
    """For AWS: `name` is the Auto Scaling group's."""
    capacity_per_instance: NotRequired[int]
    max_instances: NotRequired[int]
    max_use_count: NotRequired[int]
    """Jobs that an instance runs before it is replaced; 1 keeps projects apart."""
    connector_config: NotRequired[ConnectorArgs]
    policy: NotRequired[list[PolicyArgs]]
    more: NotRequired[dict[str, Any]]
    """Further keys of the section, as the runner knows them."""


class RunnerOptions(TypedDict):
    """What a stack says of one GitLab runner: its registration and its config.toml."""

    group_id: NotRequired[int]
    """The number of the group whose projects may use the runner. With neither this nor `project_id` the runner is for
    the whole instance, which only its administrators can create."""
    project_id: NotRequired[int]
    """The number of the one project that may use the runner."""
    description: NotRequired[pulumi.Input[str]]
    """Default: the name."""
    tags: NotRequired[list[str]]
    """Jobs ask for a runner by tags. Kept by GitLab; config.toml has no such key."""
    run_untagged: NotRequired[bool]
    """Whether jobs without tags may run. Default: only when the runner has no tags."""
    locked: NotRequired[bool]
    """Whether the runner stays with its project. Default: true for a project's runner."""
    protected: NotRequired[bool]
    """Default false. Whether only jobs on protected branches and tags may run: right for a runner that can push."""
    maximum_timeout: NotRequired[int]
    """Seconds, at least 600; the shorter of this and the project's limit ends a job. Once it is set, leaving it out
    changes nothing, as the provider cannot take it away: write a longer one, or remove it on the runner's page."""
    paused: NotRequired[pulumi.Input[bool]]
    """Default false."""
    maintenance_note: NotRequired[str]
    """At most 1024 characters, shown to administrators."""
    executor: NotRequired[Executor]
    """Default `docker`; `docker-autoscaler` with `autoscaler`, `kubernetes` with `kubernetes`."""
    jobs_own_machine: NotRequired[bool]
    """Default false: beside `machine` or an access with an instance role, whatever lets a job become the owner of its
    machine is refused: the executors `shell` and `custom`, privileged containers, the machine's namespaces, added
    capabilities, devices, sockets and system folders. True acknowledges the consequence: every job, of every project,
    can take the instance role, the runner's token, and what other jobs left there."""
    concurrent: NotRequired[int]
    """Jobs at the same time on the machine. Default 1."""
    check_interval: NotRequired[int]
    """Seconds between two questions for jobs; 0 (default) means 3."""
    log_level: NotRequired[str]
    log_format: NotRequired[str]
    """`runner`, `text` or `json`."""
    listen_address: NotRequired[str]
    """Where metrics are served, such as `127.0.0.1:9252`."""
    sentry_dsn: NotRequired[str]
    shutdown_timeout: NotRequired[int]
    """Seconds."""
    connection_max_age: NotRequired[str]
    """A duration; default `15m`."""
    more: NotRequired[dict[str, Any]]
    """Further global keys of config.toml, as the runner knows them."""
    limit: NotRequired[int]
    """Jobs of this runner at the same time; 0 (default) leaves it to `concurrent`."""
    output_limit: NotRequired[int]
    """KiB of a job's log; default 4096."""
    request_concurrency: NotRequired[int]
    builds_dir: NotRequired[str]
    cache_dir: NotRequired[str]
    clone_url: NotRequired[str]
    shell: NotRequired[str]
    """`bash`, `sh`, `pwsh`, `powershell` or `cmd`."""
    pre_get_sources_script: NotRequired[str]
    post_get_sources_script: NotRequired[str]
    pre_build_script: NotRequired[str]
    post_build_script: NotRequired[str]
    environment: NotRequired[list[str]]
    """`KEY=value` for every job. No secret: each job on the runner can read it, and it stands in the preview."""
    feature_flags: NotRequired[dict[str, bool]]
    """`FF_...`; they win over the same variables of a job."""
    runner_more: NotRequired[dict[str, Any]]
    """Further keys of `[[runners]]`, as the runner knows them."""
    docker: NotRequired[DockerArgs]
    kubernetes: NotRequired[KubernetesArgs]
    autoscaler: NotRequired[AutoscalerArgs]
    cache: NotRequired[JobCacheArgs]
    access: NotRequired[AccessArgs]
    images: NotRequired[list[str]]
    """Images that jobs on this runner use. The output `explanation` says for each where its credential comes from."""
    machine: NotRequired[MachineArgs]
    """With it a launch template is made. The output `user_data` is there without it too."""
    template: NotRequired[str]
    """A template for `gitlab-runner register --template-config` that is there already. It is checked, and stands in the
    output `template` in place of the one made from these arguments."""


class RunnerArgs(TypedDict):
    """One GitLab runner, and where it belongs."""

    account: str
    """The AWS account of the registry and the parameter, twelve digits."""
    region: str
    """The region of the parameter."""
    prefix: str
    """Starts the name of everything in AWS."""
    name: str
    """The runner's name, unique in the stack; it stands in config.toml, in the log and in the parameter's name."""
    gitlab_url: NotRequired[str]
    """Default https://gitlab.com. The runner must reach it."""
    aws_tags: NotRequired[dict[str, pulumi.Input[str]]]
    """AWS tags of the parameters, of the launch template, and of the machines and disks that are made with it. Job
    tags, by which GitLab chooses a runner, are in `options`."""
    options: RunnerOptions
    """The runner itself."""
