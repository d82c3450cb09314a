"""Writes the targets and access keys of a run, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..contract.firing import FiredBy
from ..contract.plan import KeyUser, SecretTarget, TokenTarget
from . import memory
from .aws import AwsError
from .gitlab import GitLab
from .memory import Memory
from .mint import is_denied
from .publish import Publisher
from .publish_secret import publish_secret
from .results import KeyResult, Status, TargetResult
from .run import NEW_ROLE_PAUSE, Run
from .run_secrets import RunSecrets, Unavailable
from .workers import Batch, unexpected

_WORTH_STARTING: Final = 3.0  # seconds: with less time left, no target is started
_WAITS_FOR: Final = timedelta(days=1)
_NO_TIME: Final = "not reached: this run had no time left; the present value stays"

_Item = TokenTarget | SecretTarget | KeyUser
_Result = TargetResult | KeyResult


@dataclass(frozen=True)
class Writing:
    """Writes all targets of a run.

    Attributes:
        run: this run.
        before: the memory of the last run.
        digests: those of the plan's items.
        secrets: the secrets of this run.
        publisher: holds the tokens and writes a variable.
    """

    run: Run
    before: Memory
    digests: Sequence[str]
    secrets: RunSecrets
    publisher: Publisher

    def results(self) -> list[_Result]:
        """A result for each variable, each secret and each user with access keys, in the plan's order."""
        plan = self.run.plan
        items: list[_Item] = [*plan.targets, *plan.secrets, *plan.key_users]
        order = sorted(range(len(items)), key=lambda index: self._urgency(self.digests[index]))
        done = Batch(
            [items[index] for index in order],
            self._write,
            _unwritten,
            threads=self.run.threads,
            seconds=self.run.remaining,
        ).results()
        by_index = dict(zip(order, done, strict=True))
        return [by_index[index] for index in range(len(items))]

    def _urgency(self, digest: str) -> int:
        """The sort key: first new and changed items, then those that failed; those whose owner is gone come last."""
        if not self.before.knows(digest):
            return 0
        absent = self.before.failing.get(digest)
        return 2 if absent is None else 1 if absent < memory.GONE_AFTER else 3

    def _write(self, item: _Item) -> _Result:
        gitlab = self.secrets.gitlab
        if self.run.remaining < _WORTH_STARTING:
            return _unwritten(item, None)
        if isinstance(item, SecretTarget):
            return self._write_secret(item)
        if isinstance(gitlab, Unavailable):
            return _result(item, Status.WAITING if self._waits(gitlab) else Status.FAILED, gitlab.reason)
        if isinstance(item, KeyUser):
            return self._change_keys(item, gitlab)
        foreign = self.secrets.foreign.get(item.foreign) if item.foreign is not None else None
        if isinstance(foreign, Unavailable):
            return TargetResult(item, Status.FAILED, foreign.reason, None)
        return self.publisher.publish(item, gitlab, foreign)

    def _write_secret(self, target: SecretTarget) -> TargetResult:
        run, tokens = self.run, self.publisher.tokens.get(target.audience, {})

        def write() -> TargetResult:
            return publish_secret(target, run.plan.audiences[target.audience], tokens, run.services.aws, run.id)

        try:
            return run.services.clock.retry(
                write, is_denied, within=run.patience, pause=NEW_ROLE_PAUSE, longest=NEW_ROLE_PAUSE
            )
        except AwsError as error:
            return TargetResult(target, Status.FAILED, str(error), None)

    def _waits(self, token: Unavailable) -> bool:
        """Whether nobody has stored the first token yet. In a deployment and on the first day, that is no failure."""
        since = self.before.waiting_since or self.run.started
        patient = self.run.fired_by is FiredBy.DEPLOY or self.run.started - since < _WAITS_FOR
        return token.empty and not self.before.token_seen and patient

    def _change_keys(self, user: KeyUser, gitlab: GitLab) -> KeyResult:
        from .keys.rotation import KeyRotation  # noqa: PLC0415 - most stacks have no access keys, and start sooner

        run = self.run
        rotation = KeyRotation(user, gitlab, run.services, run.id)

        def settle() -> KeyResult:
            nonlocal rotation
            rotation = KeyRotation(user, gitlab, run.services, run.id)
            return rotation.settle()

        try:
            return run.services.clock.retry(
                settle, is_denied, within=run.patience, pause=NEW_ROLE_PAUSE, longest=NEW_ROLE_PAUSE
            )
        except AwsError as error:
            return rotation.failed(error)


def _unwritten(item: _Item, error: Exception | None) -> _Result:
    return _result(item, Status.LEFT, _NO_TIME) if error is None else _result(item, Status.FAILED, unexpected(error))


def _result(item: _Item, status: Status, reason: str) -> _Result:
    if isinstance(item, KeyUser):
        return KeyResult(item, status, reason)
    return TargetResult(item, status, reason, None)
