"""Every cause is reachable: by a mistake in the rehearsed world, by a registry's answer, or by a log."""

import tomllib
from pathlib import Path
from typing import Any

from doctor_cases import ANSWERS, ONE

from components.cli.doctor.causes.cause import Cause

LOGS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[3] / "data" / "job-logs" / "index.toml").read_text()
)


def _listed(parameters: list[Any]) -> set[str]:
    return {str(getattr(each, "values", each)[-1]) for each in parameters}


def test_each_cause_is_found_by_a_test() -> None:
    found = _listed(ONE) | _listed(ANSWERS) | {entry["right"] for entry in LOGS.values()}
    elsewhere = {"variable-deleted", "push-ref", "secret-not-fetched"}  # test_gather, test_push and test_job_secret
    assert {cause.value for cause in Cause} - found - elsewhere == set()
