"""The secret with the rotator's GitLab token: one token, or two of one account that renew each other."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from ..docker import bounded_json
from ..docker.bounded_json import BoundedJsonError
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
    """

    token: Secret
    expires_at: date | None
    warnings: Sequence[str]


def tokens_in(text: Secret) -> list[Secret]:
    """Parses the secret's text: a single token, or `{"tokens": [...]}`.

    Raises:
        TokenError: there is none, or one that cannot be a token.
    """
    bare = text.reveal().strip()
    if not bare.startswith("{"):
        return [token_in(bare, _WHERE)]
    try:
        document: Any = bounded_json.loads(bare, limit=_LIMIT)
    except BoundedJsonError as error:
        raise TokenError(f"{_WHERE}: {error}; {_WRITE}") from None
    listed: Any = cast("dict[str, Any]", document).get("tokens")
    tokens = [item for item in cast("list[Any]", listed) if isinstance(item, str)] if isinstance(listed, list) else []
    if not tokens:
        raise TokenError(f"{_WHERE}: got JSON without tokens; {_WRITE}")
    return [token_in(token, f"{_WHERE}, token {number}") for number, token in enumerate(tokens, start=1)]


def dumps(tokens: Sequence[Secret]) -> Secret:
    """The secret's text for these tokens."""
    if len(tokens) == 1:
        return tokens[0]
    return Secret(json.dumps({"tokens": [token.reveal() for token in tokens]}))


def read(text: Secret, url: str, http: Http) -> Working:
    """The token to use; if there are two, one of them may be dead.

    Raises:
        TokenError: the secret holds none.
    """
    tokens, api = tokens_in(text), GitLabTokens(url, http)
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
        return Working(tokens[0], None, warnings)
    ends = [end for _, end in working]
    return Working(working[0][0], None if None in ends else max(end for end in ends if end is not None), warnings)
