"""One correction of the emulator: the value of `iam:PermissionsBoundary` in a call of IAM.

AWS gives the boundary that the call sets, or the one that the user or role has ("IAM condition context keys",
iam:PermissionsBoundary); ministack 1.5.33 gives none, so a policy that asks for it would deny all.
"""

from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import get_account_id
from ministack.services import iam

from ..json_values import first_text

_KEY = "iam:PermissionsBoundary"


def add_permissions_boundary() -> None:
    """Make the evaluator in this process know `iam:PermissionsBoundary`."""
    known = iam_actions.request_tag_context

    def with_boundary(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        context = known(service, iam_action, body, params)
        boundary = _boundary(params) if service == "iam" else ""
        return {**context, _KEY: boundary} if boundary else context

    iam_actions.request_tag_context = with_boundary


def _boundary(parameters: dict[str, Any]) -> str:
    if set_now := first_text(parameters, "PermissionsBoundary"):
        return set_now
    for key, known in (("RoleName", iam._roles), ("UserName", iam._users)):  # noqa: SLF001 - a boundary is nowhere else
        name = first_text(parameters, key)
        there = known.get_scoped(get_account_id(), None, name) if name else None
        if there:
            return str(there.get("PermissionsBoundary") or "")
    return ""
