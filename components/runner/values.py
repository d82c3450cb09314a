"""Refuses config.toml values that load but fail, or do something unintended, at job time.

The runner's loader and `gitlab-runner lint` let all of these pass. Source: gitlab-runner 19.4, executors/docker.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..contract.urls import instance_url
from ..docker.image_reference import parse
from ..names.locations import Mistakes, each
from ..names.spelling import shown

PULL_POLICIES: Final = ("always", "if-not-present", "never")
_HOST_ONLY: Final = re.compile(r"(?P<host>[^/*?\[{]*[.:][^/*?\[{]*|localhost)/\*(?P<tag>:[^/]*)?")
_ENVIRONMENT_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EXPANDED: Final = "the runner expands as a variable; write it without `$`, or set it as a CI/CD variable with `raw`"
_AUTOSCALED: Final = ("docker-autoscaler", "instance")
_TAKES_IMAGE: Final = ("docker", "docker-autoscaler")


def check_values(section: Mapping[str, Any]) -> None:
    """Refuses values of a `[[runners]]` section that would fail later.

    Raises:
        ValueError: an argument is wrong. The message names it, its value, and what to write instead.
    """
    mistakes, executor = Mistakes(), str(section["executor"])
    with mistakes.at("runner"):
        check_environment(section.get("environment", []), "environment")
    with mistakes.at():
        _check_url(section["url"])
    if executor in _TAKES_IMAGE and not section.get("docker", {}).get("image"):
        text = f"got none; the {executor} executor needs an image for jobs that name none; write one, such as ruby:3.4"
        mistakes.add("runner", "docker", "image", text=text)
    if executor == "docker-autoscaler" and "autoscaler" not in section:
        text = "got none; the docker-autoscaler executor needs `plugin` and `policy`"
        mistakes.add("runner", "autoscaler", text=text)
    if executor != "kubernetes" and "kubernetes" in section:
        text = f"the {executor} executor does not read it; write `executor`: kubernetes"
        mistakes.add("runner", "kubernetes", text=text)
    if executor == "kubernetes" and "docker" in section:
        text = "the kubernetes executor does not read it; leave it out, or declare two runners"
        mistakes.add("runner", "docker", text=text)
    if executor not in _AUTOSCALED and "autoscaler" in section:
        text = f"the {executor} executor does not read it; leave it out, or write `executor`: docker-autoscaler"
        mistakes.add("runner", "autoscaler", text=text)
    for name in ("docker", "kubernetes"):
        if name in section:
            with mistakes.at("runner", name):
                _check_container_section(section[name], on_kubernetes=name == "kubernetes")
    for flag in section.get("feature_flags", {}):
        if not flag.startswith("FF_"):
            mistakes.add("runner", "feature_flags", flag, text=f"got {flag!r}; write a name that starts with FF_")
    mistakes.refuse()


def _check_url(url: str) -> None:
    _check_expanded(url, "runner.gitlab_url")
    # Whether http is allowed is the instance's own setting, checked there.
    instance_url(url, "runner.gitlab_url", allow_http=True)


def check_environment(entries: Sequence[str], field: str) -> None:
    """Refuses entries that the runner ignores or changes.

    Raises:
        MistakesError: an entry is wrong. The message names its key, not its value, which may be a secret.
    """
    each(field, entries, _check_entry)


def _check_entry(entry: str) -> None:
    key, equals, value = entry.partition("=")
    if not equals:
        raise ValueError("has no `=`, and the runner silently ignores it; write KEY=value")
    if not _ENVIRONMENT_KEY.fullmatch(key):
        raise ValueError(f"got the key {key!r}; write letters, digits and _")
    if "$" in value:
        raise ValueError(f"({key}) got a value with a `$`, which {_EXPANDED}")


def _check_expanded(value: str, where: str) -> None:
    if "$" in value:
        raise ValueError(f"{where}: got {value!r} with a `$`, which {_EXPANDED}")


def _check_container_section(section: Mapping[str, Any], *, on_kubernetes: bool) -> None:
    mistakes = Mistakes()
    if section.get("image"):
        with mistakes.at():
            parse(section["image"], "image")
    services: Sequence[Mapping[str, Any]] = section.get("services", [])
    with mistakes.at():
        each("services", services, _check_service)
    policies, allowed = (_policies(section.get(key, [])) for key in ("pull_policy", "allowed_pull_policies"))
    for key, found in (("pull_policy", policies), ("allowed_pull_policies", allowed)):
        with mistakes.at():
            each(key, found, _check_policy)
    if allowed and not policies and on_kubernetes:
        mistakes.add(
            "allowed_pull_policies",
            text=f"got {shown(allowed)} without `pull_policy`; on Kubernetes the runner compares an empty policy with "
            f"them, and every job fails: write `pull_policy`: [{allowed[0]}] beside it",
        )
    elif allowed and not set(policies or ["always"]) & set(allowed):
        mistakes.add(
            "allowed_pull_policies",
            text=f"got {shown(allowed)}, with none of `pull_policy` {shown(policies or ['always'])} in it, so that "
            "every job fails; add one of them",
        )
    for key in ("allowed_images", "allowed_services"):
        with mistakes.at():
            each(key, section.get(key, []), _check_pattern)
    mistakes.refuse()


def _check_service(service: Mapping[str, Any]) -> None:
    mistakes = Mistakes()
    if not service.get("name"):
        mistakes.add("name", text="got none; write the service's image, such as postgres:17")
    else:
        with mistakes.at():
            parse(service["name"], "name")
    with mistakes.at():
        check_environment(service.get("environment", []), "environment")
    mistakes.refuse()


def _check_policy(policy: str) -> None:
    if policy not in PULL_POLICIES:
        raise ValueError(f"got {policy!r}; write one of {', '.join(PULL_POLICIES)}")


def _policies(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _check_pattern(pattern: str) -> None:
    if match := _HOST_ONLY.fullmatch(pattern):
        raise ValueError(
            f"got {pattern!r}, where `*` stops at the next `/` and never matches {match['host']}/team/app; "
            f"write {match['host']}/**{match['tag'] or ''}"
        )
