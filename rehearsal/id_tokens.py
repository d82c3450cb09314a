"""The jobs that assume roles: which ref of a project they run on, and what their id_tokens are for."""

from collections.abc import Mapping
from typing import Any

from components.names.gitlab_release import GITLAB_COM

from .world import World


def audience(declaration: Mapping[str, Any]) -> str:
    """The `aud` of the jobs' id_tokens."""
    gitlab = declaration.get("gitlab", {})
    return str(gitlab.get("id_token_audience") or gitlab.get("url", GITLAB_COM).rstrip("/"))


def protected_ref(world: World, path: str, consumer: Mapping[str, Any]) -> tuple[str, str]:
    """A ref of the project whose jobs may assume its role, protected now, as `branch` or `tag` and its name."""
    kind = "tag" if consumer.get("tags") and not consumer.get("branches") else "branch"
    declared = (consumer.get("branches") or consumer.get("tags") or ["main"])[0]
    ref = declared.replace("*", "1")
    (world.gitlab.protect_branch if kind == "branch" else world.gitlab.protect_tag)(path, ref)
    return kind, ref
