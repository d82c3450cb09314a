"""The arguments of a runner whose instances come from an Auto Scaling group."""

from typing import Any, NotRequired, TypedDict


class ConnectorArgs(TypedDict):
    """`[runners.autoscaler.connector_config]`: how the manager reaches its instances."""

    username: NotRequired[str]
    """The user on the instance."""
    protocol: NotRequired[str]
    """`ssh` (default) or `winrm`."""
    key_path: NotRequired[str]
    """A private key on the manager's disk; without one EC2 Instance Connect is used."""
    use_external_addr: NotRequired[bool]
    """Default false: the manager reaches instances by their private address."""
    use_static_credentials: NotRequired[bool]
    """Uses a fixed key or password instead of a new key from the cloud."""
    keepalive: NotRequired[str]
    """A duration such as `30s`."""
    timeout: NotRequired[str]
    """A duration such as `10m`."""
    os: NotRequired[str]
    """The operating system of the instances, such as `linux`."""
    arch: NotRequired[str]
    """The processor of the instances, such as `amd64` or `arm64`."""


class PolicyArgs(TypedDict):
    """`[[runners.autoscaler.policy]]`: the last one with a matching period applies."""

    periods: NotRequired[list[str]]
    """Cron expressions; default always."""
    timezone: NotRequired[str]
    """The time zone of `periods`, such as `Europe/Berlin`."""
    idle_count: NotRequired[int]
    """Instances kept ready for jobs to come."""
    idle_time: NotRequired[str]
    """A duration such as `20m`: how long an instance may be idle."""
    scale_factor: NotRequired[float]
    """Idle instances as a multiple of those in use."""
    scale_factor_limit: NotRequired[int]
    """The most idle instances that `scale_factor` asks for."""
    preemptive_mode: NotRequired[bool]
    """True requests a job only when an instance is ready."""


class AutoscalerArgs(TypedDict):
    """`[runners.autoscaler]`, for the executors `docker-autoscaler` and `instance`."""

    plugin: str
    """Such as `aws:latest`; `gitlab-runner fleeting install` fetches it."""
    plugin_config: NotRequired[dict[str, Any]]
    """For AWS: `name` is the Auto Scaling group's."""
    capacity_per_instance: NotRequired[int]
    """Jobs on one instance at the same time."""
    max_instances: NotRequired[int]
    """The most instances; 0 for no limit."""
    max_use_count: NotRequired[int]
    """How many jobs an instance runs before it is replaced; 1 isolates projects."""
    connector_config: NotRequired[ConnectorArgs]
    """How the manager reaches an instance."""
    policy: NotRequired[list[PolicyArgs]]
    """How many instances are kept ready, and when."""
    more: NotRequired[dict[str, Any]]
    """Further keys of the section, spelled as in config.toml."""
