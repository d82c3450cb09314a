"""A renewal of the GitLab token that can crash at each external call, against GitLab's emulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from scripted import CrashError, FakeClock

from components.rotation import gitlab_secret
from components.rotation.clock import Deadline
from components.rotation.gitlab import GitLabError
from components.rotation.http import PooledHttp, Response
from components.rotation.renewal.gitlab_tokens import GitLabTokens
from components.rotation.renewal.renew import Version, renew
from components.rotation.secret import Secret
from rehearsal.gitlab.emulator import GitLab


@dataclass
class Calls:
    """Counts every external call, and ends the process at one of them."""

    crash_at: int | None = None
    after_effect: bool = False
    names: list[str] = field(default_factory=list)

    def __call__(self, name: str, effect: Callable[[], Any]) -> Any:
        self.names.append(name)
        if len(self.names) == self.crash_at:
            if self.after_effect:
                effect()
            raise CrashError(name)
        return effect()


class Store:
    """Secrets Manager's rules for versions and stages."""

    def __init__(self, text: str) -> None:
        self.versions = {"first": Secret(text)}
        self.stages = {"AWSCURRENT": "first"}
        self.calls = Calls()

    @property
    def current(self) -> list[Secret]:
        return gitlab_secret.tokens_in(self.versions[self.stages["AWSCURRENT"]])

    def version(self, stage: str) -> Version | None:
        def read() -> Version | None:
            found = self.stages.get(stage)
            return None if found is None else Version(found, self.versions[found])

        return self.calls(f"read {stage}", read)

    def put_pending(self, version_id: str, text: Secret) -> bool:
        def put() -> bool:
            if self.versions.setdefault(version_id, text) != text:
                return False
            self.stages["AWSPENDING"] = version_id
            return True

        return self.calls("put", put)

    def promote(self, version_id: str, in_place_of: str) -> None:
        def move() -> None:
            assert self.stages["AWSCURRENT"] == in_place_of
            self.stages["AWSCURRENT"] = version_id

        self.calls("promote", move)


class CountedHttp:
    def __init__(self, http: PooledHttp, calls: Calls) -> None:
        self._http, self._calls = http, calls

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        name = f"{method} {url.rpartition('/')[2]}"
        return self._calls(name, lambda: self._http.request(method, url, headers, body))


class Job:
    def __init__(self, gitlab: GitLab, clock: FakeClock, *ends: date) -> None:
        self.gitlab, self.clock = gitlab, clock
        self.http = PooledHttp(Deadline(clock, 1e9), connections=1, allow_http=True)
        tokens = [
            gitlab.create_token(f"rotator-{number}", ["api"], user="bot", expires_at=end)
            for number, end in enumerate(ends)
        ]
        self.store = Store(gitlab_secret.dumps([Secret(token) for token in tokens]).reveal())

    def run(self, calls: Calls | None = None, run: str = "run-1") -> str:
        self.store.calls = calls or Calls()
        api = GitLabTokens(self.gitlab.url, CountedHttp(self.http, self.store.calls))
        return renew(self.store, api, self.clock, run=run)

    def working(self) -> int:
        """How many of the tokens in the current version GitLab accepts."""
        api = GitLabTokens(self.gitlab.url, self.http)
        count = 0
        for token in self.store.current:
            try:
                api.facts(token)
            except GitLabError:
                continue
            count += 1
        return count
