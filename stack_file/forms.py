"""Images and services: GitLab accepts a text or a map; this turns both into one form."""

from collections.abc import Mapping
from typing import Any, cast


def service(declared: Any) -> Any:
    """A service as a map. A text is its name."""
    return {"name": declared} if isinstance(declared, str) else declared


def image(declared: Any) -> Any:
    """The image of jobs that name none. config.toml can only hold the name from a map.

    Raises:
        ValueError: the map has other keys.
    """
    if not isinstance(declared, Mapping) or "name" not in declared:
        return cast("Any", declared)
    found = cast("Mapping[str, Any]", declared)
    if others := sorted(set(found) - {"name"}):
        raise ValueError(
            f"image.{others[0]}: the runner's config.toml has no such key for its image; write it as "
            f"image:{others[0]} into the job in .gitlab-ci.yml"
        )
    return found["name"]
