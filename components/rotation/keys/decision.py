"""Decides what to do next with a user's keys: a pure function of the present facts.

Every run reads the facts, does one step, and reads them again, until nothing is left to do. So it does not matter where
an earlier run ended, or what was changed by hand in between. Three rules always hold: the published key is not touched
while its pair of variables is consistent; an active key that the rotator did not make is never deactivated or deleted;
and a new key is made only if the user has fewer than two, IAM's limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from ...variables.key_description import ending
from ..secret import Secret
from .record import Claim, Record
from .store import AccessKey

KEPT_INACTIVE: Final = timedelta(days=7)
"""How long a deactivated key can still be reactivated before it is deleted."""
_DRIFT: Final = timedelta(minutes=2)  # between this clock and IAM's


class Action(Enum):
    """A step."""

    NOTHING = "nothing"
    STOP = "stop"
    WRITE_ID = "write the id that belongs to the present secret"
    RECORD = "record the published key"
    TIDY = "set flags and descriptions"
    MAKE = "make a new pair"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


@dataclass(frozen=True)
class Step:
    """What to do, and with which key. For `STOP`: why a due step is not taken, and whether that is a failure."""

    action: Action
    key: Secret | None = None
    why: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Published:
    """What the two variables hold.

    Attributes:
        id_of: the user's key whose id the variable holds; None for anything else.
        secret_of: the user's key whose secret the variable holds.
        named: both descriptions name that key.
        in_order: flags and descriptions are as they should be.
        certain: False for a hidden secret whose description names no key, so that its key is unknown.
    """

    id_of: Secret | None = None
    secret_of: Secret | None = None
    named: bool = False
    in_order: bool = True
    certain: bool = True


@dataclass(frozen=True)
class Facts:
    """Everything that a decision depends on.

    Attributes:
        keys: the user's keys, at most two.
        unused: keys that were never used to sign, where this was checked.
        rested: keys that this run itself deactivated.
        age, grace: the declared maximum age and grace period, from the plan.
        run: this run's name.
        started: when this attempt of the run began.
        now: the present time, by the same clock.
    """

    keys: Sequence[AccessKey]
    record: Record
    published: Published
    age: timedelta
    grace: timedelta
    run: str
    started: datetime
    now: datetime
    unused: frozenset[Secret] = frozenset()
    rested: frozenset[Secret] = field(default_factory=frozenset[Secret])

    @property
    def active(self) -> frozenset[Secret]:
        """The keys that work."""
        return frozenset(key.id for key in self.keys if key.active)

    @property
    def present(self) -> dict[Secret, AccessKey]:
        """The user's keys by id."""
        return {key.id: key for key in self.keys}

    @property
    def good(self) -> Secret | None:
        """The working key whose complete pair is published."""
        same = self.published.id_of == self.published.secret_of
        return self.published.id_of if same and self.published.id_of in self.active else None

    @property
    def mine(self) -> frozenset[Secret]:
        """The keys that the rotator made."""
        good = [self.good] if self.good is not None and self.published.named else []
        return self.record.known.union(good)

    @property
    def busy(self) -> Claim | None:
        """The claim of another run that may still be working."""
        claim = self.record.claim
        return claim if claim is not None and claim.run != self.run and self.now <= claim.end else None

    @property
    def strangers(self) -> list[AccessKey]:
        """Active keys that the rotator did not make, not even in a run that crashed."""
        return [key for key in self.keys if key.active and key.id not in self.mine and not self._of_a_claim(key)]

    @property
    def orphans(self) -> list[AccessKey]:
        """Keys that a run made before it crashed without recording them."""
        claim = self.record.claim
        if claim is None or self.busy or claim.begin >= self.started:
            return []
        published = {self.published.id_of, self.published.secret_of}
        return [
            key
            for key in self.keys
            if key.active and key.id not in self.mine | published and self._of_a_claim(key) and key.id in self.unused
        ]

    def _of_a_claim(self, key: AccessKey) -> bool:
        claim = self.record.claim
        within = claim is not None and claim.begin - _DRIFT <= key.created <= claim.end
        return within and (self.busy is not None or key.id in self.unused)


def decide(facts: Facts) -> Step:
    """The next step."""
    if step := _mended(facts) or _cleaned(facts) or _retired(facts):
        return step
    if facts.good in facts.mine and not facts.published.in_order and not facts.busy:
        return Step(Action.TIDY, facts.good)
    return _renewed(facts) if _due(facts) else Step(Action.NOTHING)


def _mended(facts: Facts) -> Step | None:
    """Completes an interrupted publication."""
    if facts.good is None and facts.published.secret_of in facts.active:
        # The secret cannot be read elsewhere, but the id can, so the id is changed to match it.
        return Step(Action.WRITE_ID, facts.published.secret_of)
    if facts.good in facts.mine and facts.good != facts.record.current:
        return Step(Action.RECORD, facts.good)
    return None


def _cleaned(facts: Facts) -> Step | None:
    """Removes keys whose secret is lost or was never known."""
    pending = facts.record.pending
    if not facts.busy and pending in facts.present and pending not in {facts.good, facts.record.current}:
        return Step(Action.DELETE, pending)
    return Step(Action.DEACTIVATE, facts.orphans[0].id) if facts.orphans else None


def _retired(facts: Facts) -> Step | None:
    """Retires the previous key, in two steps."""
    previous = facts.present.get(facts.record.previous) if facts.record.previous else None
    good = facts.present.get(facts.good) if facts.good else None
    if previous is None or good is None or previous.id == good.id or good.id != facts.record.current:
        return None
    # The new key was published moments after it was made, so no later job started with the old one.
    out_of_use = good.created + facts.grace
    if previous.active:
        return Step(Action.DEACTIVATE, previous.id) if facts.now >= out_of_use else None
    if previous.id in facts.rested or facts.now < out_of_use + KEPT_INACTIVE:
        return None
    return Step(Action.DELETE, previous.id)


def _due(facts: Facts) -> bool:
    good = facts.present.get(facts.good) if facts.good else None
    return good is None or good.id not in facts.mine or facts.now - good.created >= facts.age


def _renewed(facts: Facts) -> Step:
    """Makes a new pair, or makes room for it."""
    if facts.busy:
        why = f"another run is at work until {facts.busy.end:%Y-%m-%dT%H:%MZ}; this one does nothing"
        return Step(Action.STOP, why=why, failed=facts.good is None)
    if len(facts.keys) < 2:  # noqa: PLR2004 - IAM quotas, access keys of a user
        return Step(Action.MAKE)
    # A key deactivated a moment ago is kept until the next run, unless no one can sign in at all.
    inactive = [key for key in facts.keys if not key.active and (key.id not in facts.rested or facts.good is None)]
    for key in sorted(inactive, key=lambda key: key.id not in facts.mine):
        return Step(Action.DELETE, key.id)
    if any(not key.active for key in facts.keys):
        return Step(Action.STOP, why="this run deactivated the previous key; the next run makes the new one")
    spared = {facts.good} if facts.published.certain else {facts.good, facts.published.id_of}
    unpublished = [facts.present[key] for key in facts.mine & facts.active if key not in spared]
    for key in sorted(unpublished, key=lambda key: key.created):
        return Step(Action.DEACTIVATE, key.id)
    strange = ", ".join(f"{ending(key.id.reveal())} of {key.created:%Y-%m-%d}" for key in facts.strangers)
    return Step(
        Action.STOP,
        why=f"a new key is due, but the user already has two; not made by the rotator: {strange}; "
        "deactivate and delete what is not needed, and the next run continues",
        failed=True,
    )
