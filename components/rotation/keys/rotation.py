"""Rotates the access keys of one user, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from ...contract.key_tags import CURRENT, MAKING, PENDING, PREVIOUS
from ...variables.key_description import ending
from ...variables.targets import KeyUser
from ..aws import AwsError
from ..gitlab import GitLab, GitLabError
from ..results import KeyResult, Status
from ..secret import Secret
from ..services import Services
from .decision import Action, Facts, decide
from .record import Claim, claim_text, key_text, record
from .store import AccessKey, NewKey
from .variables import Pair

_STEPS: Final = 12  # the longest way is half as long
_WORTH_MAKING: Final = 100.0  # seconds: with less time left, no new key is started
_WORTH_PUBLISHING: Final = 30.0
_VERIFY_SECONDS: Final = 60.0  # IAM is eventually consistent: STS may not know a new key for some seconds
_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 8.0
_OVER: Final = timedelta(minutes=1)  # this long after its deadline a run has certainly ended
_UNKNOWN_YET: Final = "InvalidClientTokenId"
_TOO_MANY: Final = "LimitExceeded"


class _StoppedError(Exception):
    """This run stops working on this user. The message says why; the error also carries the result."""

    def __init__(self, message: str, status: Status = Status.KEPT) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class KeyRotation:
    """The rotation of one user's keys in one run.

    Attributes:
        user: the user whose keys are rotated.
        gitlab: the instance, called with the token that the user names.
        run: the run's name.
    """

    user: KeyUser
    gitlab: GitLab
    services: Services
    run: str
    _rested: set[Secret] = field(default_factory=set[Secret], init=False)
    _published: bool = field(default=False, init=False)
    _pair: Pair | None = field(default=None, init=False)
    _facts: Facts | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._started = self.services.clock.now()
        self._store = self.services.key_store

    def settle(self) -> KeyResult:
        """Takes steps until nothing is left to do; returns failures as results.

        Raises:
            AwsError: AWS refused; everything done so far remains, and running again is safe.
        """
        try:
            for _ in range(_STEPS):
                if done := self._step():
                    return done
        except _StoppedError as stopped:
            kept = stopped.status is Status.KEPT and self._facts is not None and self._facts.good is None
            return self._result(Status.FAILED if kept else stopped.status, str(stopped))
        except GitLabError as error:
            return self._result(Status.FAILED, str(error), absent=error.absent)
        return self._result(Status.FAILED, "the keys keep changing during this run: something else is changing them")

    def failed(self, error: AwsError) -> KeyResult:
        """The result when AWS still refuses after retries."""
        return self._result(Status.FAILED, f"the keys of the IAM user {self.user.user}: {error}")

    def _step(self) -> KeyResult | None:
        facts = self._facts = self._look()
        step, pair = decide(facts), self._pair
        match step.action:
            case Action.NOTHING:
                return self._result(Status.PUBLISHED if self._published else Status.KEPT, "")
            case Action.STOP:
                return self._result(Status.FAILED if step.failed else Status.KEPT, step.why)
            case Action.MAKE:
                self._make(facts)
            case _ if step.key is not None and pair is not None:
                self._with(step.action, facts.present[step.key], facts, pair)
            case _:
                raise AssertionError(step)
        return None

    def _with(self, action: Action, key: AccessKey, facts: Facts, pair: Pair) -> None:
        name = self.user.user
        match action:
            case Action.WRITE_ID:
                pair.write_id(key)
                self._published = True
            case Action.TIDY:
                pair.tidy(key)
                self._published = True
            case Action.RECORD:
                self._store.tag(name, _promoted(facts, key.id))
            case Action.DEACTIVATE:
                self._store.deactivate(name, key.id)
                self._rested.add(key.id)
            case Action.DELETE:
                self._store.delete(name, key.id)
            case _:
                raise AssertionError(action)

    def _look(self) -> Facts:
        # GitLab first: while it cannot be read, no key is made or deactivated.
        pair = self._pair = Pair.read(self.user, self.gitlab)
        keys = self._store.keys(self.user.user)
        facts = Facts(
            keys=keys,
            record=record(self._store.tags(self.user.user)),
            published=pair.published(keys, self._store),
            age=timedelta(minutes=self.user.max_age_minutes),
            grace=timedelta(minutes=self.user.grace_minutes),
            run=self.run,
            started=self._started,
            now=self.services.clock.now(),
            rested=frozenset(self._rested),
        )
        unknown = [key.id for key in keys if key.active and key.id not in facts.mine and facts.record.claim]
        return replace(facts, unused=frozenset(key for key in unknown if not self._store.used(key)))

    def _make(self, facts: Facts) -> None:
        """Claims, makes, records, verifies and publishes a new key, in this order."""
        if self.services.deadline.remaining() < _WORTH_MAKING:
            raise _StoppedError("a new key is due; too little time was left in this run to make one", Status.LEFT)
        name, now = self.user.user, self.services.clock.now()
        end = now + timedelta(seconds=self.services.deadline.remaining()) + _OVER
        self._store.tag(name, {MAKING: claim_text(Claim(now, end, self.run))})
        if {key.id for key in self._store.keys(name)} != set(facts.present) or not self._is_claimed():
            raise _StoppedError("another run began with a new key at the same time; this one does nothing")
        try:
            new = self._store.create(name)
        except AwsError as error:
            if error.code != _TOO_MANY:
                raise
            raise _StoppedError("another run made a key at the same time; this one does nothing") from None
        self._store.tag(name, {PENDING: key_text(new.id)})
        self._prove(new)
        # Two runs may have got this far, each with a key, but the record holds only one.
        if record(self._store.tags(name)).pending != new.id:
            self._store.delete(name, new.id)
            raise _StoppedError("another run made a key at the same time; this run deletes its own")
        if self._pair is None or self.services.deadline.remaining() < _WORTH_PUBLISHING:
            raise _StoppedError("a new key was made; too little time was left in this run to publish it", Status.LEFT)
        self._pair.write(new)
        self._published = True

    def _is_claimed(self) -> bool:
        claim = record(self._store.tags(self.user.user)).claim
        return claim is not None and claim.run == self.run

    def _prove(self, new: NewKey) -> None:
        """Returns when STS confirms that the new key belongs to the user."""
        arn = self.services.clock.retry(
            lambda: self._store.caller(new.id, new.secret),
            lambda error: isinstance(error, AwsError) and error.code == _UNKNOWN_YET,
            within=min(_VERIFY_SECONDS, self.services.deadline.remaining()),
            pause=_PAUSE,
            longest=_LONGEST_PAUSE,
        )
        if arn != self.user.arn:
            why = f"the new key signs as {arn}, not as {self.user.arn}; nothing is published"
            raise _StoppedError(why, Status.FAILED)

    def _result(self, status: Status, reason: str, *, absent: bool = False) -> KeyResult:
        facts = self._facts
        good = facts.present.get(facts.good) if facts is not None and facts.good is not None else None
        return KeyResult(
            user=self.user,
            status=status,
            reason=reason,
            ending="" if good is None else ending(good.id.reveal()),
            made=None if good is None else good.created,
            notes=[] if facts is None else [_strange(key, self.user) for key in facts.strangers],
            absent=absent,
            known=self._pair is not None and self._pair.declared,
        )


def _promoted(facts: Facts, published: Secret) -> dict[str, str]:
    """The tags to change after a key is published; another run's claim is kept."""
    before = facts.record
    older: Sequence[Secret | None] = (before.current, before.previous)
    previous = next((key for key in older if key in facts.present and key != published), None)
    own = {MAKING: claim_text(None), PENDING: key_text(None)} if before.pending == published else {}
    return {CURRENT: key_text(published), PREVIOUS: key_text(previous), **own}


def _strange(key: AccessKey, user: KeyUser) -> str:
    return (
        f"{user.name}: the IAM user {user.user} has an active key {ending(key.id.reveal())} of {key.created:%Y-%m-%d}, "
        "which the rotator did not make: deactivate and delete it if it is not needed"
    )
