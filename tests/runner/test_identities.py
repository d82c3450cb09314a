from typing import Any

import pytest

from components.runner.identities import runner_identities

_MACHINE = {"image_id": "ami-0123456789abcdef0"}


def test_a_runner_that_says_what_it_pulls_gets_a_role() -> None:
    runners: Any = {
        "aws": {"access": {"pull": ["ci/*"], "caches": ["quay"]}, "machine": _MACHINE},
        "laptop": {},
        "old": {"machine": {**_MACHINE, "instance_profile": "there-already"}},
    }
    assert runner_identities(runners) == {"aws": {"pull": ["ci/*"], "caches": ["quay"], "registries": []}}


@pytest.mark.parametrize(
    ("runner", "message"),
    [
        (
            {"access": {"kind": "static", "pull": ["a"], "logins": {"r.io": {"username": "u", "password": "p"}}}},
            "runners.aws.access.pull: means nothing with static access",
        ),
        ({"access": {"caches": ["quay"]}}, "runners.aws.access.caches: means nothing without access.pull"),
        ({"machine": _MACHINE}, "runners.aws.access.pull: got none; write the repositories"),
    ],
)
def test_rights_that_nobody_has_a_use_for_are_refused(runner: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        runner_identities({"aws": runner})
