"""Fine-grained tokens: what GitLab says when a permission is missing, and which ones the rotator needs.

Source: GitLab docs, fine-grained personal access tokens, generally available from 19.2 on. Their only scope is
`granular`, which does not say what they may do; GitLab checks each request, and names the missing permission.
"""

from typing import Any, Final, cast

from .http import Response
from .secret import Secret, safe_words

GRANULAR: Final = "granular"
ON_VARIABLES: Final = "Variable: Read, Create and Update"
"""The permissions that a rotation needs on each project and group that has a variable, by GitLab's names."""
ON_ITSELF: Final = "Personal Access Token: Read and Rotate"
"""The permissions with which a token can be renewed."""
_MISSING: Final = "insufficient_granular_scope"
_TOO_FEW: Final = frozenset({_MISSING, "insufficient_scope"})


def missing_permission(response: Response, token: Secret) -> str:
    """GitLab's sentence about the permission that a fine-grained token lacks; empty for every other answer.

    Args:
        response: the answer.
        token: the token that was sent, because the answer may repeat it.
    """
    fields = _fields(response)
    if fields.get("error") != _MISSING:
        return ""
    message = fields.get("error_description")
    return safe_words(message if isinstance(message, str) else "", [token]) or _MISSING


def may_too_little(response: Response) -> bool:
    """Whether GitLab refuses because of the token itself, not because of its user."""
    error = _fields(response).get("error")
    return isinstance(error, str) and error in _TOO_FEW


def _fields(response: Response) -> dict[str, Any]:
    document = response.json() if response.status == 403 else None  # noqa: PLR2004 - the one status of such refusals
    return cast("dict[str, Any]", document) if isinstance(document, dict) else {}
