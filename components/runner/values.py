"""Values in config.toml that load and then fail, or do something else than was meant, at job time.

The runner's loader and `gitlab-runner lint` let all of these pass. Source: gitlab-runner 19.4, executors/docker.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..docker.image_reference import parse

PULL_POLICIES: Final = ("always", "if-not-present", "never")
_HOST_ONLY: Final = re.compile(r"(?P<host>[^/*?\[{]*[.:][^/*?\[{]*|localhost)/\*(?P<tag>:[^/]*)?")
_ENVIRONMENT_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAKES_IMAGE: Final = ("docker", "docker-autoscaler")


def check_values(section: Mapping[str, Any]) -> None:
    """Refuse values of a `[[runners]]` that the runner would stumble over.

    Raises:
        ValueError: names the argument, what it got and what to write instead.
    """
    executor: str = section["executor"]
    check_environment(section.get("environment", []), "runner.environment")
    _check_expanded(section["url"], "runner.gitlab_url")
    if not re.fullmatch(r"https?://\S+", section["url"]):
        raise ValueError(f"runner.gitlab_url: got {section['url']!r}; write a URL such as https://gitlab.example.com")
    if executor in _TAKES_IMAGE and not section.get("docker", {}).get("image"):
        raise ValueError(
            f"runner.docker.image: got none; the {executor} executor needs the image of jobs that name none, "
            "such as ruby:3.4"
        )
    if executor == "docker-autoscaler" and "autoscaler" not in section:
        raise ValueError("runner.autoscaler: got none; the docker-autoscaler executor needs plugin and policies")
    if executor != "kubernetes" and "kubernetes" in section:
        raise ValueError(f"runner.kubernetes: the {executor} executor does not read it; write executor: kubernetes")
    for name in ("docker", "kubernetes"):
        if name in section:
            _check_container_section(section[name], f"runner.{name}")
    for flag in section.get("feature_flags", {}):
        if not flag.startswith("FF_"):
            raise ValueError(f"runner.feature_flags: got {flag!r}; write a name that starts with FF_")


def check_environment(entries: Sequence[str], where: str) -> None:
    """Refuse entries that the runner passes over or changes.

    Raises:
        ValueError: names the entry by its key, not its value, which may be a secret.
    """
    for position, entry in enumerate(entries):
        key, equals, value = entry.partition("=")
        if not equals:
            raise ValueError(
                f"{where}[{position}]: has no `=`, and the runner passes over it in silence; write KEY=value"
            )
        if not _ENVIRONMENT_KEY.fullmatch(key):
            raise ValueError(f"{where}[{position}]: got the key {key!r}; write letters, digits and _")
        _check_expanded(value, f"{where}[{position}] ({key})", shown="a value")


def _check_expanded(value: str, where: str, shown: str = "") -> None:
    if "$" in value:
        raise ValueError(
            f"{where}: got {shown or repr(value)} with a `$`, which the runner expands as a variable; write it without "
            "`$`, or set it as a CI/CD variable with `raw`"
        )


def _check_container_section(section: Mapping[str, Any], where: str) -> None:
    if section.get("image"):
        parse(section["image"], f"{where}.image")
    services: Sequence[Mapping[str, Any]] = section.get("services", [])
    for position, service in enumerate(services):
        field = f"{where}.services[{position}]"
        if not service.get("name"):
            raise ValueError(f"{field}.name: got none; write the service's image, such as postgres:17")
        parse(service["name"], f"{field}.name")
        check_environment(service.get("environment", []), f"{field}.environment")
    policies = _policies(section.get("pull_policy", []))
    allowed = _policies(section.get("allowed_pull_policies", []))
    for key, found in (("pull_policy", policies), ("allowed_pull_policies", allowed)):
        for policy in found:
            if policy not in PULL_POLICIES:
                raise ValueError(f"{where}.{key}: got {policy!r}; write one of {', '.join(PULL_POLICIES)}")
    if allowed and not set(policies or ["always"]) & set(allowed):
        raise ValueError(
            f"{where}.allowed_pull_policies: got {allowed}, with none of pull_policy {policies or ['always']} in it, "
            "so that every job fails; add one of them"
        )
    for key in ("allowed_images", "allowed_services"):
        for pattern in section.get(key, []):
            _check_pattern(pattern, f"{where}.{key}")


def _policies(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _check_pattern(pattern: str, where: str) -> None:
    if match := _HOST_ONLY.fullmatch(pattern):
        raise ValueError(
            f"{where}: got {pattern!r}, where `*` stops at the next `/` and never matches {match['host']}/team/app; "
            f"write {match['host']}/**{match['tag'] or ''}"
        )
