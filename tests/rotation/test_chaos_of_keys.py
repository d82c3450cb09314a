"""Access keys, and the renewal of the GitLab token, while GitLab misbehaves in each way we know of."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote

import pytest
from bad_server import WAYS, Way, serving, whole
from key_worlds import PLAN, only, settled
from scripted import GITLAB_TOKEN

from components.contract.firing import FiredBy
from components.contract.plan import GitLab, TokenRenewal
from components.rotation.clock import Deadline, SystemClock
from components.rotation.gitlab import GitLabError
from components.rotation.http import PooledHttp
from components.rotation.renewal.gitlab_tokens import GitLabTokens, http_for_tokens
from components.rotation.renewal.renew import RenewalError, Version, renew
from components.rotation.results import Status
from components.rotation.rotate import rotate
from components.rotation.secret import Secret

_SECONDS: Final = 2.0
_AT_MOST: Final = 8.0  # seconds more by the wall clock: all ways at once, on a machine with other things to do
_DUE: Final = "2026-01-20"
_INSTANCE: Final = GitLab(
    url="", allow_http=True, proxy=None, token_secret="fake/gitlab-token", token_renewal=TokenRenewal.OWN,
    ca_bundle=None, concurrency=1, requests_per_second=1000,
)  # fmt: skip
_TOKEN: Final = "glpat-fake-to-be-renewed-0000"


@dataclass
class _Store:
    """A secret with its versions, and how often each was moved."""

    versions: dict[str, Secret] = field(default_factory=lambda: {"first": Secret(_TOKEN)})
    current: str = "first"
    pending: str = ""

    def version(self, stage: str) -> Version | None:
        found = self.current if stage == "AWSCURRENT" else self.pending
        return Version(found, self.versions[found]) if found else None

    def put_pending(self, version_id: str, text: Secret) -> bool:
        self.pending = version_id
        return self.versions.setdefault(version_id, text) == text

    def promote(self, version_id: str, in_place_of: str) -> None:
        assert self.current == in_place_of
        self.current = version_id


@dataclass
class _Ended:
    way: str
    seconds: float
    words: str
    rotations: int
    store: _Store


def _renewal(way: str, where: str) -> _Ended:
    """One renewal at a GitLab that misbehaves when it is asked for the token, or for a new one."""
    asked: list[str] = []
    facts = whole(json.dumps({"id": 7, "user_id": 3, "expires_at": _DUE, "scopes": ["api"]}))

    def gitlab(method: str, _path: str, _headers: dict[str, str], _body: bytes) -> Way:
        asked.append(method)
        return WAYS[way] if method == where else facts

    clock, store = SystemClock(), _Store()
    deadline = Deadline(clock, _SECONDS)
    begin = time.monotonic()
    with serving(gitlab) as port:
        instance = replace(_INSTANCE, url=f"http://127.0.0.1:{port}", allow_http=True)
        api = GitLabTokens(instance.url, http_for_tokens(instance, deadline))
        try:
            words = renew(store, api, clock, run="run-1")
        except (RenewalError, GitLabError) as error:
            words = f"failed: {error}"
    return _Ended(way, time.monotonic() - begin, words, asked.count("POST"), store)


@pytest.mark.parametrize(("where", "rotations"), [("GET", 0), ("POST", 1)])
def test_a_token_is_renewed_at_most_once_and_the_present_one_stays_with_any_answer_of_gitlab(
    where: str, rotations: int
) -> None:
    with ThreadPoolExecutor(len(WAYS)) as pool:
        for ended in pool.map(lambda way: _renewal(way, where), WAYS):
            assert ended.seconds < _SECONDS + _AT_MOST, ended.way
            assert ended.words.startswith("failed: "), ended.way
            assert ended.rotations == rotations, ended.way
            assert ended.store.versions[ended.store.current] == Secret(_TOKEN), ended.way
            assert _TOKEN not in ended.words, ended.way
            assert ended.words.isprintable(), ended.way


def _keys(way: str) -> tuple[str, Any, Any, float, dict[Any, Any]]:
    """One rotation of a user whose keys are due, at a GitLab that misbehaves when it is asked for its variables."""
    world = settled()
    before = {key: dict(row) for key, row in world.variables.items()}

    def gitlab(_method: str, path: str, _headers: dict[str, str], _body: bytes) -> Way:
        return WAYS[way] if "/variables" in unquote(path) else whole('{"id": 7, "user_id": 3, "expires_at": null}')

    clock = SystemClock()
    deadline = Deadline(clock, _SECONDS)
    begin = time.monotonic()
    with serving(gitlab) as port:
        wanted = replace(PLAN, gitlab=replace(_INSTANCE, url=f"http://127.0.0.1:{port}", allow_http=True))
        http = PooledHttp(deadline, connections=1, allow_http=True)
        services = replace(world.services(0), clock=clock, deadline=deadline, gitlab_http=http)
        report = rotate(wanted, services, fired_by=FiredBy.SCHEDULE, run="run-2")
    return way, world, report, time.monotonic() - begin, before


def test_no_key_is_deleted_or_deactivated_and_the_published_pair_stays_with_any_answer_of_gitlab() -> None:
    with ThreadPoolExecutor(len(WAYS)) as pool:
        for way, world, report, seconds, before in pool.map(_keys, WAYS):
            assert seconds < _SECONDS + _AT_MOST, way
            assert only(report).status in (Status.FAILED, Status.LEFT), way
            assert "an error in gitlab-ecr itself" not in report.log_line(), way
            assert world.variables == before, way
            ((key_id, key),) = next(iter(world.iam.keys.values())).items()
            assert key.active, way
            assert key_id in {row["value"] for row in before.values()}, way
            assert not [secret for secret in (GITLAB_TOKEN, key.secret) if secret in report.log_line()], way
