"""The secret with the rotator's GitLab token: one token, or two of one account that renew each other.

Where Secrets Manager renews the token, the secret has its own form: see `managed_token`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from ..contract.token_renewal import TokenRenewal
from ..docker import bounded_json
from ..docker.bounded_json import BoundedJsonError
from . import managed_token
from .gitlab import GitLabError
from .http import Http
from .renewal.gitlab_tokens import GitLabTokens, MissingPermissionError
from .secret import Secret, TokenError, token_in

_WHERE: Final = "the secret of the GitLab token"
_WRITE: Final = 'write the token alone, or {"tokens": ["...", "..."]}'
_LIMIT: Final = 65_536  # Secrets Manager, bytes of a secret


@dataclass(frozen=True)
class Working:
    """The token to use.

    Attributes:
        token: the first that GitLab accepts; if it accepts none, the first one, so that its refusal is reported.
        expires_at: the day on which the last working one expires; None when it does not expire, or none works.
        warnings: what is wrong with the others.
        refused: whether GitLab accepts none.
    """

    token: Secret
    expires_at: date | None
    warnings: Sequence[str]
    refused: bool = False


def tokens_in(text: Secret, url: str = "") -> list[Secret]:
    """Parses the secret's text: a single token, `{"tokens": [...]}`, or the form that Secrets Manager renews.

    Args:
        text: the secret's text.
        url: the instance that the token must be of, if the text names one; empty for any.

    Raises:
        TokenError: there is none, or one that cannot be a token.
    """
    document = _document(text)
    if document is None:
        return [token_in(text.reveal(), _WHERE)]
    if managed_token.is_managed(document):
        return [managed_token.token_of(document, _WHERE, url)]
    listed: Any = document.get("tokens")
    tokens = [item for item in cast("list[Any]", listed) if isinstance(item, str)] if isinstance(listed, list) else []
    if not tokens:
        raise TokenError(f"{_WHERE}: got JSON without tokens; {_WRITE}")
    return [token_in(token, f"{_WHERE}, token {number}") for number, token in enumerate(tokens, start=1)]


def wrong_form(text: Secret, renewal: TokenRenewal) -> str:
    """Why Secrets Manager cannot renew the token in this text; empty when it can, or does not have to."""
    if renewal is TokenRenewal.OWN:
        return ""
    document = _document(text)
    missing = managed_token.lacks(document) if document else ["tokenId", "gitlabUrl"]
    if not missing:
        return ""
    return (
        f"{_WHERE} lacks {' and '.join(missing)}, without which Secrets Manager cannot renew it; store the token again "
        "with gitlab-ecr token set"
    )


def dumps(tokens: Sequence[Secret]) -> Secret:
    """The secret's text for these tokens."""
    if len(tokens) == 1:
        return tokens[0]
    return Secret(json.dumps({"tokens": [token.reveal() for token in tokens]}))


def read(text: Secret, url: str, http: Http) -> Working:
    """The token to use; if there are two, one of them may be dead.

    Raises:
        TokenError: the secret holds none, or one of another instance.
    """
    tokens, api = tokens_in(text, url), GitLabTokens(url, http)
    warnings: list[str] = []
    working: list[tuple[Secret, date | None]] = []
    for index, token in enumerate(tokens):
        try:
            working.append((token, api.facts(token).expires_at))
        except MissingPermissionError as error:
            working.append((token, None))
            warnings.append(f"GitLab token {index + 1} of {len(tokens)}: {error}")
        except GitLabError as error:
            warnings.append(f"GitLab token {index + 1} of {len(tokens)}: {error}")
    if not working:
        return Working(tokens[0], None, warnings, refused=True)
    ends = [end for _, end in working]
    return Working(working[0][0], None if None in ends else max(end for end in ends if end is not None), warnings)


def _document(text: Secret) -> dict[str, Any] | None:
    """The text's JSON object; None when it is not JSON.

    Raises:
        TokenError: it begins like one, but cannot be read.
    """
    bare = text.reveal().strip()
    if not bare.startswith("{"):
        return None
    try:
        document: Any = bounded_json.loads(bare, limit=_LIMIT)
    except BoundedJsonError as error:
        raise TokenError(f"{_WHERE}: {error}; {_WRITE}") from None
    return cast("dict[str, Any]", document)
