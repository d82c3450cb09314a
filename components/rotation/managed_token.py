"""The value of a secret whose GitLab token Secrets Manager renews itself.

Source: Secrets Manager user guide, "GitLab Access Token": `token`, `tokenId` and `gitlabUrl`, and `projectId` or
`groupId` for a project's or a group's token. A renewal replaces `token` and `tokenId`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .secret import Secret, TokenError, token_in

_OWNER: Final = {"project": "projectId", "group": "groupId"}


@dataclass(frozen=True)
class ManagedToken:
    """What Secrets Manager needs to renew a token.

    Attributes:
        token: the token.
        id: its number in GitLab.
        url: the instance.
        owner: `project` or `group` with its number; None for a person's or a service account's token.
    """

    token: Secret
    id: int
    url: str
    owner: tuple[str, int] | None = None

    def dumps(self) -> Secret:
        """The secret's text."""
        of_owner = {_OWNER[self.owner[0]]: str(self.owner[1])} if self.owner else {}
        fields = {"token": self.token.reveal(), "tokenId": str(self.id), "gitlabUrl": self.url}
        return Secret(json.dumps({**fields, **of_owner}))


def is_managed(document: Mapping[str, Any]) -> bool:
    """Whether a secret's JSON has this form."""
    return "token" in document


def token_of(document: Mapping[str, Any], where: str, url: str = "") -> Secret:
    """The token in a secret's JSON.

    Args:
        document: the JSON.
        where: what to call the secret in a message.
        url: the instance that the token must be of; empty for any.

    Raises:
        TokenError: there is none, or it is of another instance.
    """
    token, own = document.get("token"), document.get("gitlabUrl")
    if url and isinstance(own, str) and own and own.rstrip("/") != url.rstrip("/"):
        raise TokenError(
            f"{where}: its gitlabUrl is another instance than the plan's {url}, so its token is not sent there; store "
            "one of that instance with gitlab-ecr token set"
        )
    return token_in(token if isinstance(token, str) else "", f"{where}, token")


def lacks(document: Mapping[str, Any]) -> list[str]:
    """The fields without which Secrets Manager cannot renew the token."""
    wanted: dict[str, type | tuple[type, ...]] = {"token": str, "tokenId": (str, int), "gitlabUrl": str}
    return [key for key, kind in wanted.items() if not isinstance(document.get(key), kind) or not document[key]]
