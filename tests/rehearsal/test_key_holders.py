"""Access keys in the rehearsed world: how the next run handles changes by hand."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from deployed import deployed

from components.variables.keys import ACCESS_KEYS
from rehearsal import sessions
from rehearsal.key_holders import KeyHolder, KeyHolderError
from rehearsal.rehearsal import Rehearsal

LOCAL = Path(__file__).parents[2] / "tests" / "data" / "examples" / "Pulumi.local.yaml"
LEGACY = "acme/legacy"


@pytest.fixture(scope="module")
def running() -> Iterator[Rehearsal]:
    with deployed(LOCAL) as started:
        yield started


def test_an_unknown_key_is_reported_and_stays_active(running: Rehearsal) -> None:
    (holder,) = running._holders
    iam = running.world.aws("iam")
    stranger = iam.create_access_key(UserName=holder.user)["AccessKey"]["AccessKeyId"]
    report = running._rotations.next_run(lambda: None)
    assert f"has an active key ...{stranger[-4:]}" in report["notes"][0]
    assert holder.status()[stranger] == "Active"
    iam.delete_access_key(UserName=holder.user, AccessKeyId=stranger)


def test_a_key_that_somebody_deactivates_is_replaced_by_the_next_run(running: Rehearsal) -> None:
    (holder,) = running._holders
    holder.look()
    running.world.aws("iam").update_access_key(UserName=holder.user, AccessKeyId=holder.seen[0], Status="Inactive")
    with pytest.raises(KeyHolderError, match=f"{LEGACY}: the published pair signs as nobody"):
        holder.look()
    running._rotations.next_run(lambda: None)
    holder.look()
    assert len(holder.seen) == 2


def _holder(record: dict[str, Any] | None, keys: int = 1) -> KeyHolder:
    """In a world with these variables, whose user has so many keys."""
    listed = {"AccessKeyMetadata": [{"AccessKeyId": f"AKIAFAKE{n}", "Status": "Active"} for n in range(keys)]}
    world: Any = SimpleNamespace(
        gitlab=SimpleNamespace(variable=lambda *_: record),
        aws=lambda _: SimpleNamespace(list_access_keys=lambda **_: listed),
    )
    return KeyHolder(world, LEGACY, "project", ["ci/*"], "legacy-user")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (None, "absent"),
        ({"protected": False, "masked": True}, "not protected"),
        ({"protected": True, "masked": False}, "not masked"),
        ({"protected": False, "masked": False}, "not protected and not masked"),
    ],
)
def test_a_key_that_everybody_could_see_is_refused(record: dict[str, Any] | None, words: str) -> None:
    with pytest.raises(KeyHolderError, match=rf"^{LEGACY}: {ACCESS_KEYS[0]} is {words}$"):
        _holder(record).keys()


def test_a_user_with_more_keys_than_aws_gives_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "caller", lambda *_: "arn:aws:iam::123456789012:user/legacy-user")
    record = {"value": "AKIAFAKE0", "protected": True, "masked": True}
    holder = _holder(record, keys=2)
    holder.look()
    assert holder.seen == ["AKIAFAKE0"]
    with pytest.raises(KeyHolderError, match=r"^legacy-user has 3 keys; AWS gives a user two$"):
        _holder(record, keys=3).look()
