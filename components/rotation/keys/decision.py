"""What to do next with a user's keys: a pure function of what there is.

Every run looks anew, does one step, and looks again, until nothing is left to do. So it does not matter where an
earlier run ended, or who changed what by hand in between. Three rules hold whatever else does: the key that is
published is not touched while its pair is whole; an active key that the rotator did not make is never deleted, nor
deactivated; and a new key is made only where a place is free, as IAM gives a user two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from ...variables.key_description import ending
from ..secret import Secret
from .record import Making, Record
from .store import AccessKey

KEPT_INACTIVE: Final = timedelta(days=7)
"""How long an old key can still be activated again, before it is deleted."""
_DRIFT: Final = timedelta(minutes=2)  # between this clock and IAM's


class Action(Enum):
    """A step."""

    NOTHING = "nothing"
    STOP = "stop"
    WRITE_ID = "write the id beside the secret that is there"
    RECORD = "record the published key"
    TIDY = "set flags and descriptions"
    MAKE = "make a new pair"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


@dataclass(frozen=True)
class Step:
    """What to do, with which key; for `STOP`, why nothing is done about what is due, and whether that is a failure."""

    action: Action
    key: Secret | None = None
    why: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Published:
    """What the two variables hold.

    Attributes:
        id_of: the user's key whose id it is; None for anything else.
        secret_of: the user's key whose secret it is.
        named: both descriptions name that key.
        in_order: flags and descriptions are as they should be.
        certain: no hidden secret is there whose description names no key, so nobody knows whose it is.
    """

    id_of: Secret | None = None
    secret_of: Secret | None = None
    named: bool = False
    in_order: bool = True
    certain: bool = True


@dataclass(frozen=True)
class Facts:
    """Everything that a decision rests on.

    Attributes:
        keys: the user's, at most two.
        unused: those that nobody has ever signed with, where that was looked up.
        rested: those that this very run deactivated.
        age, grace: of the plan.
        run: this run's name.
        started: when this attempt of the run began.
        now: by the same clock.
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
        """The keys by id."""
        return {key.id: key for key in self.keys}

    @property
    def good(self) -> Secret | None:
        """The key of which a whole pair is published that works."""
        same = self.published.id_of == self.published.secret_of
        return self.published.id_of if same and self.published.id_of in self.active else None

    @property
    def mine(self) -> frozenset[Secret]:
        """The keys that the rotator made."""
        good = [self.good] if self.good is not None and self.published.named else []
        return self.record.known.union(good)

    @property
    def busy(self) -> Making | None:
        """The claim of another run that may still be at work."""
        making = self.record.making
        return making if making is not None and making.run != self.run and self.now <= making.end else None

    @property
    def strangers(self) -> list[AccessKey]:
        """Active keys that the rotator did not make, as far as it knows, and that no crash of its own explains."""
        return [key for key in self.keys if key.active and key.id not in self.mine and not self._of_a_claim(key)]

    @property
    def orphans(self) -> list[AccessKey]:
        """Keys that a run made, and crashed before it could record them."""
        making = self.record.making
        if making is None or self.busy or making.begin >= self.started:
            return []
        published = {self.published.id_of, self.published.secret_of}
        return [
            key
            for key in self.keys
            if key.active and key.id not in self.mine | published and self._of_a_claim(key) and key.id in self.unused
        ]

    def _of_a_claim(self, key: AccessKey) -> bool:
        making = self.record.making
        within = making is not None and making.begin - _DRIFT <= key.created <= making.end
        return within and (self.busy is not None or key.id in self.unused)


def decide(facts: Facts) -> Step:
    """The next step."""
    if mended := _mended(facts) or _cleaned(facts) or _retired(facts):
        return mended
    if facts.good in facts.mine and not facts.published.in_order and not facts.busy:
        return Step(Action.TIDY, facts.good)
    return _renewed(facts) if _due(facts) else Step(Action.NOTHING)


def _mended(facts: Facts) -> Step | None:
    """The end of a publication that was interrupted."""
    if facts.good is None and facts.published.secret_of in facts.active:
        # The secret can be read nowhere else, the id can: so it is always the id that follows.
        return Step(Action.WRITE_ID, facts.published.secret_of)
    if facts.good in facts.mine and facts.good != facts.record.current:
        return Step(Action.RECORD, facts.good)
    return None


def _cleaned(facts: Facts) -> Step | None:
    """The end of keys whose secret is lost, or was never known."""
    pending = facts.record.pending
    if not facts.busy and pending in facts.present and pending not in {facts.good, facts.record.current}:
        return Step(Action.DELETE, pending)
    return Step(Action.DEACTIVATE, facts.orphans[0].id) if facts.orphans else None


def _retired(facts: Facts) -> Step | None:
    """The end of the key before the published one, in two steps."""
    previous = facts.present.get(facts.record.previous) if facts.record.previous else None
    good = facts.present.get(facts.good) if facts.good else None
    if previous is None or good is None or previous.id == good.id or good.id != facts.record.current:
        return None
    # The new key was made moments before it was published: no later job began with the old one.
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
    """A new pair, or what makes room for it."""
    if facts.busy:
        why = f"another run is at work until {facts.busy.end:%Y-%m-%dT%H:%MZ}; this one leaves it alone"
        return Step(Action.STOP, why=why, failed=facts.good is None)
    if len(facts.keys) < 2:  # noqa: PLR2004 - IAM quotas, access keys of a user
        return Step(Action.MAKE)
    # What was deactivated a moment ago rests until the next run, unless nobody can sign in at all.
    inactive = [key for key in facts.keys if not key.active and (key.id not in facts.rested or facts.good is None)]
    for key in sorted(inactive, key=lambda key: key.id not in facts.mine):
        return Step(Action.DELETE, key.id)
    if any(not key.active for key in facts.keys):
        return Step(Action.STOP, why="the key before was deactivated by this run; the next one makes the new key")
    spared = {facts.good} if facts.published.certain else {facts.good, facts.published.id_of}
    unpublished = [facts.present[key] for key in facts.mine & facts.active if key not in spared]
    for key in sorted(unpublished, key=lambda key: key.created):
        return Step(Action.DEACTIVATE, key.id)
    strange = ", ".join(f"{ending(key.id.reveal())} of {key.created:%Y-%m-%d}" for key in facts.strangers)
    return Step(
        Action.STOP,
        why=f"a new key is due, and both places of the user are taken; not made by the rotator: {strange}; "
        "deactivate and delete what nobody needs, the next run goes on",
        failed=True,
    )
