from typing import Any

from components.runner.identities import runner_identities

_MACHINE = {"image_id": "ami-0123456789abcdef0"}


def test_a_runner_that_declares_what_it_pulls_gets_a_role() -> None:
    runners: Any = {
        "aws": {"access": {"pull": ["ci/*"], "caches": ["quay"]}, "machine": _MACHINE},
        "laptop": {},
        "old": {"machine": {**_MACHINE, "instance_profile": "there-already"}},
    }
    assert runner_identities(runners) == {"aws": {"pull": ["ci/*"], "caches": ["quay"], "registries": []}}
