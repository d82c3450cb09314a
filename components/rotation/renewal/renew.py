"""Renews the rotator's own GitLab token, on a schedule of its own.

Rotating a token revokes the old one at once, and rotating a revoked one revokes its whole family. So only the renewal
that holds the claim rotates, and it never repeats the request. The claim is the AWSPENDING version of the secret:
writing it also proves that the new token can be stored.

If the secret holds two tokens of one account, each renews the other, after both have proved to work: a crash at any
call leaves one that works. If it holds one, a crash between GitLab's answer and the store's loses that token.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol, cast
from uuid import NAMESPACE_OID, uuid5

from ...docker import bounded_json
from ..clock import Clock
from ..gitlab import GitLabError
from ..gitlab_secret import dumps, tokens_in
from ..secret import Secret
from .gitlab_tokens import GitLabTokens, MissingPermissionError, TokenFacts

LIFE: Final = timedelta(days=90)
RENEW_BEFORE: Final = timedelta(days=60)
_CLAIM_LASTS: Final = timedelta(hours=1)  # longer than any renewal runs


class RenewalError(Exception):
    """The token was not renewed. The message says what to do, and holds no token."""


@dataclass(frozen=True)
class Version:
    """One version of the secret."""

    id: str
    text: Secret


class Store(Protocol):
    """The versions of the secret."""

    def version(self, stage: str) -> Version | None:
        """The version with a stage, AWSCURRENT or AWSPENDING; None when there is none."""
        ...

    def put_pending(self, version_id: str, text: Secret) -> bool:
        """Creates a version and moves AWSPENDING to it; False when a version with this id holds something else."""
        ...

    def promote(self, version_id: str, in_place_of: str) -> None:
        """Moves AWSCURRENT to a version."""
        ...


def renew(store: Store, api: GitLabTokens, clock: Clock, *, run: str) -> str:
    """Does one renewal, or finishes an interrupted one. Returns in one line what was done.

    Args:
        store: the secret.
        api: the GitLab instance.
        clock: the clock.
        run: a name for this run, different from every other.

    Raises:
        RenewalError: a person has to act.
        GitLabError: GitLab did not answer as expected.
    """
    current = store.version("AWSCURRENT")
    if current is None:
        return "waiting for the GitLab token: store one with `gitlab-ecr token set`"
    pending = store.version("AWSPENDING")
    if pending is not None and pending.id == _renewed_id(current):
        return _finish(store, api, current, pending)
    tokens = tokens_in(current.text)
    facts = _proven(api, tokens)
    oldest = min(facts, key=lambda index: facts[index].expires_at or date.max)
    end = facts[oldest].expires_at
    today = clock.now().date()
    if end is None or end - today > RENEW_BEFORE:
        return f"nothing to renew: the GitLab token is valid until {end or 'revoked'}"
    _claim(store, current, pending, clock.now(), run)
    renewer = next((index for index in facts if index != oldest), oldest)
    if facts[renewer].user_id != facts[oldest].user_id:
        raise RenewalError("the secret's two GitLab tokens belong to different accounts; store two of one account")
    token_id = None if renewer == oldest else facts[oldest].id
    new = api.rotate(tokens[renewer], token_id, today + LIFE)
    text = dumps([new if index == oldest else token for index, token in enumerate(tokens)])
    stored = Version(_renewed_id(current), text)
    store.put_pending(stored.id, stored.text)
    return _finish(store, api, current, stored)


def _renewed_id(current: Version) -> str:
    """The id of the version that replaces this one. No other version is ever promoted."""
    return str(uuid5(NAMESPACE_OID, f"{current.id} renewed"))


def _finish(store: Store, api: GitLabTokens, current: Version, stored: Version) -> str:
    """Promotes the stored version after GitLab has accepted its new token."""
    before = tokens_in(current.text)
    new = next(token for token in tokens_in(stored.text) if token not in before)
    end = api.facts(new).expires_at
    store.promote(stored.id, current.id)
    return f"the GitLab token was renewed and is valid until {end or 'revoked'}"


def _proven(api: GitLabTokens, tokens: Sequence[Secret]) -> dict[int, TokenFacts]:
    """What GitLab says about each token that works, by its position. Others are left alone."""
    facts: dict[int, TokenFacts] = {}
    refused: list[str] = []
    limited: list[str] = []
    for index, token in enumerate(tokens):
        try:
            facts[index] = api.facts(token)
        except MissingPermissionError as error:
            limited.append(str(error))
        except GitLabError as error:
            if error.status is None:
                raise
            refused.append(str(error))
    if not facts and limited:
        raise RenewalError("; ".join(limited))
    if not facts:
        raise RenewalError(
            f"{'; '.join(refused)}: no token in the secret works any more; create a new one in GitLab and store it "
            "with gitlab-ecr token set"
        )
    return facts


def _claim(store: Store, current: Version, pending: Version | None, now: datetime, run: str) -> None:
    """Claims the renewal of this token. Only one run succeeds.

    The claim's id is derived from the current version, so two renewals write the same id, and the store accepts one.
    """
    claimed = None if pending is None or pending.id == current.id else _claimed_at(pending)
    if claimed is not None and now - claimed < _CLAIM_LASTS:
        raise RenewalError("another renewal is running; this one does nothing")
    upon = pending.id if claimed is not None and pending is not None else current.id
    text = Secret(json.dumps({"claimed_at": now.isoformat(), "by": run}))
    if not store.put_pending(str(uuid5(NAMESPACE_OID, f"{upon} claimed")), text):
        raise RenewalError("another renewal is running; this one does nothing")


def _claimed_at(version: Version) -> datetime | None:
    try:
        document: Any = bounded_json.loads(version.text.reveal())
        claimed: Any = cast("dict[str, Any]", document).get("claimed_at") if isinstance(document, dict) else None
        moment = datetime.fromisoformat(claimed) if isinstance(claimed, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
