"""Finds what lets a job take over the machine it runs on, in a finished `[[runners]]` section.

IMDSv2 with one hop hides the instance role from containers. It does not stop a process of the machine itself, nor a
container that can become one. Source: gitlab-runner 19.4, executors/docker; Docker's documentation of these options.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

Section = Mapping[str, Any]

ON_THE_MACHINE: Final = frozenset({"docker", "kubernetes", "shell", "custom"})
"""Executors whose jobs run on the machine with the runner's role; jobs of other executors run elsewhere."""
_PROCESSES: Final = {
    "shell": "jobs are processes of the machine",
    "custom": "the effect of its programs is unknown",
    "instance": "jobs are processes of their instance",
}
DEFAULT_CAPABILITIES: Final = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
"""What a container has anyway. Source: moby, oci/caps/defaults.go."""
_READABLE: Final = ("/dev", "/etc/gitlab-runner", "/home", "/proc", "/root", "/run", "/sys", "/var/lib", "/var/run")
"""Folders with sockets, devices, the runner's token or other jobs' files: read access is enough to take over."""
_WRITABLE: Final = (
    *("/bin", "/boot", "/etc", "/lib", "/lib32", "/lib64", "/opt", "/sbin", "/snap", "/usr", "/var/cache", "/var/log"),
    *("/var/spool", "/var/www"),
)
"""Folders from which root runs programs or reads configuration: whoever can write there becomes root."""
_OF_A_POD: Final = re.compile(r"(?i)privileged|host_?(path|network|pid|ipc)|capabilities|procMount")

CONSEQUENCE: Final = (
    "every job could take the machine's instance role, the runner's token and what other jobs left there"
)


def check(section: Section, where: str, *, has_instance_role: bool, acknowledged: bool) -> None:
    """Refuses whatever lets a job take over a machine with an instance role.

    Args:
        section: the `[[runners]]` of config.toml, or of a template.
        where: what the error's key starts with.
        has_instance_role: whether the machine has such a role.
        acknowledged: the value of `jobs_own_machine`.

    Raises:
        ValueError: an argument is wrong. The message names it, what was found, and what to write instead.
    """
    if not has_instance_role or acknowledged or section.get("executor", "docker") not in ON_THE_MACHINE:
        return
    found = list(owning(section))
    if found:
        more = f" (and {', '.join(key for key, _ in found[1:])})" if found[1:] else ""
        key, what = found[0]
        raise ValueError(
            f"{where}.{key}: got {what} on a machine with an instance role: {CONSEQUENCE}{more}. Leave it out, "
            "use static access on a machine without a role, or write `jobs_own_machine`: true"
        )


def warnings(section: Section, *, has_instance_role: bool, acknowledged: bool) -> list[str]:
    """The preview's warnings about it where it is not refused."""
    found = list(dict.fromkeys(key for key, _ in owning(section)))
    if not (acknowledged and has_instance_role):
        owned = "each job can take over its machine and whatever other jobs left there"
        return [f"runner.{key}: {owned}" for key in found]
    needless = (
        "runner.jobs_own_machine: nothing here lets a job take over the machine; leave it out, so that a later "
        "change that does is refused"
    )
    return [f"runner.{key}: {CONSEQUENCE}, as `jobs_own_machine` acknowledges" for key in found] or [needless]


def owning(section: Section) -> Iterator[tuple[str, str]]:
    """Each key that lets a job take over its machine, and its value."""
    executor = section.get("executor", "docker")
    if executor in _PROCESSES:
        yield "executor", f"{executor}, with which {_PROCESSES[executor]},"
    if executor.startswith("docker"):
        yield from _docker(section.get("docker") or {})
    if executor == "kubernetes":
        yield from _kubernetes(section.get("kubernetes") or {})


def _docker(docker: Section) -> Iterator[tuple[str, str]]:
    for key in ("privileged", "services_privileged"):
        if docker.get(key) is True:
            yield f"docker.{key}", "true"
    for key in ("pid_mode", "ipcmode", "network_mode", "userns_mode"):
        mode = str(docker.get(key, "")).lower()
        # Another container's namespace may be the machine's own.
        if mode == "host" or mode.startswith("container:"):
            yield f"docker.{key}", repr(docker[key])
    yield from _each("docker.cap_add", _capabilities(docker.get("cap_add")))
    for key in ("devices", "device_cgroup_rules", "volumes_from"):
        yield from _each(f"docker.{key}", docker.get(key))
    for service, devices in cast("Mapping[str, Any]", docker.get("services_devices") or {}).items():
        yield from _each(f"docker.services_devices.{service}", devices)
    for key in ("security_opt", "services_security_opt"):
        options = [option for option in docker.get(key) or () if re.search(r"(?i)unconfined|disable", str(option))]
        yield from _each(f"docker.{key}", options)
    yield from _each("docker.volumes", [volume for volume in docker.get("volumes") or () if _opens(str(volume))])
    device = str(cast("Mapping[str, Any]", docker.get("volume_driver_ops") or {}).get("device", ""))
    if "$" in device or (device.startswith("/") and _is_of_the_machine(device, read_only=False)):
        yield "docker.volume_driver_ops.device", repr(device)


def _kubernetes(kubernetes: Section) -> Iterator[tuple[str, str]]:
    if kubernetes.get("privileged") is True:
        yield "kubernetes.privileged", "true"
    yield from _each("kubernetes.cap_add", _capabilities(kubernetes.get("cap_add")))
    volumes: Section = kubernetes.get("volumes") or {}
    for volume in cast("Sequence[Section]", volumes.get("host_path") or ()):
        path = str(volume.get("host_path") or volume.get("mount_path", ""))
        if "$" in path or _is_of_the_machine(path, read_only=volume.get("read_only") is True):
            yield "kubernetes.volumes.host_path", repr(path)
    for key, context in kubernetes.items():
        if key.endswith("container_security_context") and isinstance(context, Mapping):
            yield from _context(f"kubernetes.{key}", cast("Section", context))
    for patch in cast("Sequence[Section]", kubernetes.get("pod_spec") or ()):
        text = str(patch.get("patch", ""))
        # An escape could spell any key.
        if _OF_A_POD.search(text) or "\\" in text or "patch_path" in patch:
            yield "kubernetes.pod_spec", repr(patch.get("name", "a patch"))


def _context(key: str, context: Section) -> Iterator[tuple[str, str]]:
    if context.get("privileged") is True:
        yield f"{key}.privileged", "true"
    capabilities: Section = context.get("capabilities") or {}
    yield from _each(f"{key}.capabilities.add", _capabilities(capabilities.get("add")))


def _each(key: str, values: Any) -> Iterator[tuple[str, str]]:
    yield from ((key, repr(value)) for value in values or ())


def _capabilities(names: Any) -> list[str]:
    """The capabilities beyond those that every container has."""
    return [name for name in names or () if str(name).upper().removeprefix("CAP_") not in DEFAULT_CAPABILITIES]


def _opens(volume: str) -> bool:
    """Whether a volume exposes a part of the machine to the job: `<path of the machine>:<path>[:<options>]`.

    The runner expands variables in it, the job's own among them, so one with a variable may be any volume.
    """
    if "$" in volume:
        return True
    source, *rest = volume.split(":")
    if not rest or not source.startswith("/"):
        return False  # a volume that Docker keeps
    options = {option.lower() for part in rest[1:] for option in part.split(",")}
    return _is_of_the_machine(source, read_only="ro" in options)


def _is_of_the_machine(path: str, *, read_only: bool) -> bool:
    # normpath keeps two leading slashes, which Linux reads as one.
    plain = "/" + posixpath.normpath(path).lstrip("/")
    if plain.endswith(".sock"):
        return True
    folders = _READABLE if read_only else (*_READABLE, *_WRITABLE)
    return any(_is_within(plain, folder) or _is_within(folder, plain) for folder in folders)


def _is_within(path: str, folder: str) -> bool:
    return posixpath.commonpath([path, folder]) == folder
