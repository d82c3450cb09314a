"""The resolver agrees with the answers that were measured on the real runner, case by case."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from components.documents.credential_resolution import resolve

_MEASURED = Path(os.environ.get("RUNNER_AUTH_VECTORS") or Path(__file__).parents[1] / "data" / "runner-auth.json")


def _cases() -> list[Any]:
    return json.loads(_MEASURED.read_text())["cases"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in _cases()])
def test_runner_auth_vectors(case: dict[str, Any]) -> None:
    helpers = {
        name: {server: (user, password) for server, (user, password) in known.items()}
        for name, known in case["helpers"].items()
    }
    answer = resolve(case["image"], case["docker_auth_config"], case["home_config"], helpers)
    told: dict[str, Any] = {"outcome": answer.outcome.value}
    if answer.source:
        credential = answer.credential
        told |= {"source": answer.source, "username": credential.username, "password": credential.password}
    if answer.warnings:
        told["warnings"] = [f"WARN {warning}" for warning in answer.warnings]
    assert told == case["expect"]
