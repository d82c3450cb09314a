"""Adapts the config.toml that a stack published to this machine, and names every key that differs."""

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from components.runner.config import render

EXECUTORS: Final = ("docker", "docker-autoscaler")
"""The executors that run jobs in containers through Docker's API."""
AT_ONCE: Final = 4
_INTERVAL: Final = 1
_GLOBAL: Final = {
    "listen_address": "no port of this machine is opened",
    "session_server": "no port of this machine is opened",
    "sentry_dsn": "nothing is sent anywhere",
    "experimental": "nothing is sent anywhere",
}
_RUNNER: Final = {
    "autoscaler": "this machine stands for all of its instances",
    "machine": "this machine stands for all of its instances",
    "pre_get_sources_script": "the images of this run hold a shell and nothing else",
    "post_get_sources_script": "the images of this run hold a shell and nothing else",
    "pre_build_script": "the images of this run hold a shell and nothing else",
    "post_build_script": "the images of this run hold a shell and nothing else",
}
_DOCKER: Final = {
    "services": "their images are not this stack's",
    "helper_image_flavor": "the helper image was made for this run",
    "tls_cert_path": "the engine answers on a socket",
    "tls_verify": "the engine answers on a socket",
    "cert_path": "the engine answers on a socket",
    "runtime": "this machine has its own",
    "gpus": "this machine may have none",
    "devices": "this machine may have none",
    "volumes_from": "those containers are not here",
    **dict.fromkeys(
        (
            *("memory", "memory_swap", "memory_reservation", "cpus", "cpuset_cpus", "cpuset_mems", "cpu_shares"),
            *("oom_kill_disable", "oom_score_adjust", "ulimit"),
        ),
        "this machine has its own limits",
    ),
}


@dataclass(frozen=True)
class MachineParts:
    """What this machine uses in place of the runner's own.

    Attributes:
        socket: the container engine's socket.
        helper_image: the id of the helper image.
        gitlab_ca: the certificate of a GitLab with a private CA.
    """

    socket: Path
    helper_image: str
    gitlab_ca: Path | None


def adjusted(text: str, here: MachineParts, exists: Callable[[str], bool] = os.path.exists) -> tuple[str, list[str]]:
    """The file for this machine, and a line for each key that differs from what the stack rendered."""
    document: dict[str, Any] = tomllib.loads(text)
    runner: dict[str, Any] = document["runners"][0]
    docker: dict[str, Any] = runner.setdefault("docker", {})
    notes = [
        *_without(document, _GLOBAL, ""),
        *_without(runner, _RUNNER, "runners."),
        *_without(docker, _DOCKER, "runners.docker."),
        *_host_volumes(docker, exists),
        *_with(document, "check_interval", _INTERVAL, ""),
        *(_with(document, "concurrent", AT_ONCE, "") if document.get("concurrent", 1) < AT_ONCE else []),
        *_with(runner, "executor", "docker", "runners."),
        *_with(docker, "host", f"unix://{here.socket}", "runners.docker."),
        *_with(docker, "network_mode", "host", "runners.docker."),
        *_with(docker, "helper_image", here.helper_image, "runners.docker."),
    ]
    if here.gitlab_ca:
        notes += _with(runner, "tls-ca-file", str(here.gitlab_ca), "runners.")
    return render(document), notes


def _without(table: dict[str, Any], keys: dict[str, str], prefix: str) -> list[str]:
    return [f"{prefix}{key} left out: {why}" for key, why in keys.items() if table.pop(key, None) is not None]


def _with(table: dict[str, Any], key: str, value: str | int, prefix: str) -> list[str]:
    if table.get(key) == value:
        return []
    table[key] = value
    return [f"{prefix}{key} = {value}"]


def _host_volumes(docker: dict[str, Any], exists: Callable[[str], bool]) -> list[str]:
    """Removes volumes from folders that do not exist here, because they would keep every job from starting."""
    volumes: list[str] = docker.get("volumes", [])
    absent = [volume for volume in volumes if ":" in volume and not exists(volume.partition(":")[0])]
    if absent:
        docker["volumes"] = [volume for volume in volumes if volume not in absent]
    return [f"runners.docker.volumes without {volume}: this machine has no such folder" for volume in absent]
