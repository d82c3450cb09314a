"""Images and services in the two forms that GitLab takes, a text or a map, brought into one."""

from collections.abc import Mapping
from typing import Any, Final, cast

_SERVICE_KEYS: Final = ("name", "alias", "entrypoint", "command", "environment")


def service(declared: object, where: str) -> dict[str, Any]:
    """The map of a service; a text is its name.

    Raises:
        ValueError: names the argument, what it got and what to write instead.
    """
    if isinstance(declared, str):
        return {"name": declared}
    if not isinstance(declared, Mapping):
        raise ValueError(f"{where}: got {declared!r}; write an image reference, or a map with a name")  # noqa: TRY004 - settings want one error
    found = cast("Mapping[str, Any]", declared)
    if not found.get("name"):
        raise ValueError(f"{where}.name: got none; write the service's image, such as postgres:17")
    for key in found:
        if key not in _SERVICE_KEYS:
            raise ValueError(f"{where}: got the key {key!r}; write one of {', '.join(_SERVICE_KEYS)}")
    for key in ("entrypoint", "command"):
        if key in found and not isinstance(found[key], list):
            raise ValueError(f'{where}.{key}: got {found[key]!r}; write a list such as ["/bin/sh", "-c"] or [""]')
    return dict(found)


def image(declared: object, where: str) -> str:
    """The image of jobs that name none; of a map only the name can stand in config.toml.

    Raises:
        ValueError: names the argument, what it got and what to write instead.
    """
    if isinstance(declared, str):
        return declared
    if not isinstance(declared, Mapping):
        raise ValueError(f"{where}: got {declared!r}; write an image reference, or a map with a name")  # noqa: TRY004 - settings want one error
    found = cast("Mapping[str, Any]", declared)
    if not found.get("name"):
        raise ValueError(f"{where}.name: got none; write an image reference such as ruby:3.4")
    if others := sorted(set(found) - {"name"}):
        raise ValueError(
            f"{where}.{others[0]}: the runner's config.toml has no such key for its image; write it as "
            f"image:{others[0]} into the job in .gitlab-ci.yml"
        )
    return str(found["name"])
