"""Access keys in the rehearsed world: how the next run handles changes by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.key_holders import KeyHolderError
from rehearsal.rehearsal import Rehearsal
from rehearsal.stack_file import read

LOCAL = Path(__file__).parents[2] / "tests" / "data" / "examples" / "Pulumi.local.yaml"
LEGACY = "acme/legacy"


@pytest.fixture
def running() -> Iterator[Rehearsal]:
    with Rehearsal(read(LOCAL), lambda _: None) as started:
        started.up()
        yield started


def test_a_key_that_somebody_deactivates_is_replaced_by_the_next_run(running: Rehearsal) -> None:
    (holder,) = running._holders
    holder.look()
    running.world.aws("iam").update_access_key(UserName=holder.user, AccessKeyId=holder.seen[0], Status="Inactive")
    with pytest.raises(KeyHolderError, match=f"{LEGACY}: the published pair signs as nobody"):
        holder.look()
    running._rotations.next_run(lambda: None)
    holder.look()
    assert len(holder.seen) == 2


def test_an_unknown_key_is_reported_and_stays_active(running: Rehearsal) -> None:
    (holder,) = running._holders
    stranger = running.world.aws("iam").create_access_key(UserName=holder.user)["AccessKey"]["AccessKeyId"]
    report = running._rotations.next_run(lambda: None)
    assert f"has an active key ...{stranger[-4:]}" in report["notes"][0]
    assert holder.status()[stranger] == "Active"
