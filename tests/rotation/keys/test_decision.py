"""The next step with a user's keys, from a table of facts and steps."""

from dataclasses import replace
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given
from scripted import START

from components.rotation.keys.decision import Action, Facts, Published, decide
from components.rotation.keys.record import Claim, Record, record
from components.rotation.keys.store import AccessKey
from components.rotation.secret import Secret

A, B, C = (Secret(f"AKIAFAKE00000000000{letter}") for letter in "ABC")
DAY = timedelta(days=1)
NOW = START + 100 * DAY
OTHERS = Claim(NOW - timedelta(minutes=2), NOW + timedelta(minutes=3), "another")
CRASHED = Claim(NOW - timedelta(hours=2), NOW - timedelta(hours=2) + timedelta(minutes=5), "another")


def key(key_id: Secret, age: timedelta = DAY, *, active: bool = True) -> AccessKey:
    return AccessKey(key_id, active, NOW - age)


def facts(keys: list[AccessKey], published: Published, known: Record, **changes: object) -> Facts:
    whole = Facts(keys, known, published, 30 * DAY, DAY, "own", NOW, NOW)
    return replace(whole, **changes)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - fields by name


def of(key_id: Secret | None, *secret: Secret, named: bool = True) -> Published:
    return Published(key_id, next(iter(secret), key_id), named)


NOTHING_YET = of(None)
_OLD = timedelta(days=31)
_AT_CRASH = NOW - (CRASHED.begin + timedelta(seconds=5))

TABLE: dict[str, tuple[Facts, Action, Secret | None]] = {
    "no key yet": (facts([], NOTHING_YET, Record()), Action.MAKE, None),
    "all is well": (facts([key(A)], of(A), Record(current=A)), Action.NOTHING, None),
    "old, one place free": (facts([key(A, _OLD)], of(A), Record(current=A)), Action.MAKE, None),
    "secret of the new, id of the old": (
        facts([key(A, _OLD), key(B)], of(A, B), Record(pending=B, current=A)), Action.WRITE_ID, B),
    "the same, while another run is at work": (
        facts([key(A, _OLD), key(B)], of(A, B), Record(OTHERS, B, A)), Action.WRITE_ID, B),
    "the id is gone": (facts([key(A)], of(None, A), Record(current=A)), Action.WRITE_ID, A),
    "published, not recorded": (facts([key(A), key(B)], of(B), Record(pending=B, current=A)), Action.RECORD, B),
    "published, and the record is lost": (facts([key(A)], of(A), Record()), Action.RECORD, A),
    "pending, secret lost": (facts([key(A, _OLD), key(B)], of(A), Record(CRASHED, B, A)), Action.DELETE, B),
    "pending, of a run at work": (facts([key(A, _OLD), key(B)], of(A), Record(OTHERS, B, A)), Action.STOP, None),
    "pending, of this run's own earlier attempt": (
        facts([key(A, _OLD), key(B)], of(A), Record(replace(OTHERS, run="own"), B, A)), Action.DELETE, B),
    "an orphan of a crash": (
        facts([key(A, _OLD), key(B, _AT_CRASH)], of(A), Record(CRASHED, None, A), unused=frozenset({B})),
        Action.DEACTIVATE, B),
    "one like it, which somebody has used": (
        facts([key(A, _OLD), key(B, _AT_CRASH)], of(A), Record(CRASHED, None, A)), Action.STOP, None),
    "one like it, of a run at work": (
        facts([key(A, _OLD), key(B, timedelta(minutes=1))], of(A), Record(OTHERS, None, A), unused=frozenset({B})),
        Action.STOP, None),
    "an orphan that was deactivated": (
        facts([key(A, _OLD), key(B, active=False)], of(A), Record(CRASHED, None, A)), Action.DELETE, B),
    "the same, by this very run": (
        facts([key(A, _OLD), key(B, active=False)], of(A), Record(CRASHED, None, A), rested=frozenset({B})),
        Action.STOP, None),
    "within the grace": (
        facts([key(A, _OLD), key(B, timedelta(hours=23))], of(B), Record(current=B, previous=A)), Action.NOTHING, None),
    "after the grace": (facts([key(A, _OLD), key(B)], of(B), Record(current=B, previous=A)), Action.DEACTIVATE, A),
    "a week of rest": (
        facts([key(A, _OLD, active=False), key(B, 7 * DAY)], of(B), Record(current=B, previous=A)),
        Action.NOTHING, None,
    ),
    "after a week of rest": (
        facts([key(A, _OLD, active=False), key(B, 8 * DAY)], of(B), Record(current=B, previous=A)), Action.DELETE, A),
    "the place is needed earlier": (
        facts([key(A, 9 * DAY, active=False), key(B, 3 * DAY)], of(B), Record(current=B, previous=A), age=2 * DAY),
        Action.DELETE, A),
    "the published key was deactivated": (facts([key(A, active=False)], of(A), Record(current=A)), Action.MAKE, None),
    "the same, and both places are taken": (
        facts([key(A), key(B, active=False)], of(B), Record(current=B, previous=A)), Action.DELETE, B),
    "the published key was deleted": (facts([], of(None), Record(current=A)), Action.MAKE, None),
    "both places are taken by ours, no whole pair": (
        facts([key(A, _OLD), key(B)], NOTHING_YET, Record(current=B, previous=A)), Action.DEACTIVATE, A),
    "a stranger, nothing due": (facts([key(A), key(C)], of(A), Record(current=A)), Action.NOTHING, None),
    "a stranger, and a new key is due": (facts([key(A, _OLD), key(C)], of(A), Record(current=A)), Action.STOP, None),
    "two strangers": (facts([key(B), key(C)], NOTHING_YET, Record()), Action.STOP, None),
    "a stranger that somebody deactivated": (
        facts([key(A, _OLD), key(C, active=False)], of(A), Record(current=A)), Action.DELETE, C),
    "a stranger's pair is published": (facts([key(C)], of(C, named=False), Record()), Action.MAKE, None),
    "another's pair in place of ours": (
        facts([key(A), key(C)], of(C, named=False), Record(current=A)), Action.DEACTIVATE, A),
    "a hidden pair with another's description may be whole": (
        facts([key(A), key(C)], Published(A, None, certain=False), Record(current=A)), Action.STOP, None),
    "flags are not as declared": (
        facts([key(A)], Published(A, A, named=True, in_order=False), Record(current=A)), Action.TIDY, A),
    "flags are not as declared, another run is at work": (
        facts([key(A)], Published(A, A, named=True, in_order=False), Record(OTHERS, None, A)), Action.NOTHING, None),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_the_next_step_follows_from_the_facts(case: str) -> None:
    given_facts, action, which = TABLE[case]
    step = decide(given_facts)
    assert (step.action, step.key) == (action, which)


def _keys() -> st.SearchStrategy[list[AccessKey]]:
    one = st.builds(key, st.sampled_from([A, B, C]), st.timedeltas(timedelta(0), 60 * DAY), active=st.booleans())
    return st.lists(one, max_size=2, unique_by=lambda found: found.id)


_IDS = st.sampled_from([None, A, B, C])


@given(_keys(), _IDS, _IDS, _IDS, _IDS, _IDS, st.booleans(), st.booleans(), st.sampled_from([None, OTHERS, CRASHED]))
def test_no_state_costs_a_working_pair_or_a_key_that_a_person_made(  # noqa: PLR0917 - each is another part of what there is
    keys: list[AccessKey],
    id_of: Secret | None,
    secret_of: Secret | None,
    pending: Secret | None,
    current: Secret | None,
    previous: Secret | None,
    named: bool,
    certain: bool,
    claim: Claim | None,
) -> None:
    published = Published(id_of, secret_of, named and id_of == secret_of, certain=certain)
    whole = facts(keys, published, Record(claim, pending, current, previous))
    step = decide(whole)
    if step.key is not None and step.action in {Action.DELETE, Action.DEACTIVATE}:
        found = whole.present[step.key]
        assert step.key != whole.good
        assert step.key in whole.mine or not found.active
        assert step.action is Action.DELETE or found.active
    if step.action is Action.MAKE:
        assert len(keys) < 2
        assert whole.busy is None


def test_a_claim_and_its_keys_are_read_as_they_were_written() -> None:
    tags = {
        "team": "ci",
        "gitlab-ecr:current": A.reveal(),
        "gitlab-ecr:previous": "none",
        "gitlab-ecr:making": "2026-01-01T06:00:00Z 2026-01-01T06:05:00Z request 1",
    }
    claim = Claim(START, START + timedelta(minutes=5), "request 1")
    assert record(tags) == Record(claim, None, A, None)


@pytest.mark.parametrize("text", ["", "none", "mine", "2026-01-01T06:00:00Z", "soon later request-1"])
def test_a_claim_that_somebody_changed_is_ignored(text: str) -> None:
    assert record({"gitlab-ecr:making": text}).claim is None


def test_no_fact_and_no_step_shows_a_key() -> None:
    shown = [repr((given_facts, decide(given_facts))) for given_facts, _, _ in TABLE.values()]
    assert "AKIAFAKE" not in "".join(shown)
