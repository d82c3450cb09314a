"""Fine-grained tokens: permissions on groups and projects instead of scopes, judged at each request."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from .messages import ApiError, json_reply

SCOPE: Final = "granular"
_ACTIONS: Final = {"GET": "Read", "HEAD": "Read", "POST": "Create", "PUT": "Update", "DELETE": "Delete"}
_RESOURCES: Final = {
    "variables": "Variable",
    "personal_access_tokens": "Personal Access Token",
    "metadata": "Metadata",
    "version": "Metadata",
    "user": "User",
    "projects": "Project",
    "groups": "Group",
    "descendant_groups": "Group",
    "environments": "Environment",
    "protected_branches": "Protected Branch",
    "protected_tags": "Protected Tag",
}


@dataclass(frozen=True)
class Grant:
    """What a fine-grained token may do.

    Attributes:
        permissions: by GitLab's names, such as `Variable: Read`.
        owners: the paths of the groups and projects on which it may do so, with everything below them.
    """

    permissions: frozenset[str]
    owners: tuple[str, ...]

    def covers(self, path: str) -> bool:
        """Whether a group or project is one of them, or below one."""
        return any(f"{path.lower()}/".startswith(f"{owner.lower()}/") for owner in self.owners)


def grant(permissions: Collection[str], owners: Collection[str]) -> Grant:
    """A grant of these permissions on these groups and projects."""
    return Grant(frozenset(permissions), tuple(owners))


def permission(method: str, segments: Sequence[str]) -> str:
    """The permission that GitLab requires."""
    resource = next((name for part in reversed(segments) if (name := _RESOURCES.get(part))), "Other")
    if segments[-1] == "rotate":
        return f"{resource}: Rotate"
    return f"{resource}: {_ACTIONS.get(method, method)}"


def missing(wanted: str, path: str = "") -> ApiError:
    """GitLab's refusal, which names what the token lacks."""
    where = f' for "{path}"' if path else ""
    message = f"Access denied: Your Personal Access Token lacks the required permissions: [{wanted}]{where}."
    body = {"error": "insufficient_granular_scope", "error_description": message}
    return ApiError(json_reply(body, HTTPStatus.FORBIDDEN))
