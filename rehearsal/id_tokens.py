"""Jobs that assume roles: the ref that they run on, and the `aud` of their id_tokens."""

from collections.abc import Mapping
from typing import Any

from components.names.gitlab_release import GITLAB_COM

from .world import World


def aud_of(declaration: Mapping[str, Any]) -> str:
    """The `aud` of the jobs' id_tokens."""
    gitlab = declaration.get("gitlab", {})
    return str(gitlab.get("id_token_audience") or gitlab.get("url", GITLAB_COM).rstrip("/"))


def protected_ref(world: World, path: str, consumer: Mapping[str, Any]) -> tuple[str, str]:
    """Protects a ref whose jobs may assume the project's role. Returns `branch` or `tag`, and its name."""
    kind = "tag" if consumer.get("tags") and not consumer.get("branches") else "branch"
    declared = (consumer.get("branches") or consumer.get("tags") or ["main"])[0]
    ref = declared.replace("*", "1")
    (world.gitlab.protect_branch if kind == "branch" else world.gitlab.protect_tag)(path, ref)
    return kind, ref
