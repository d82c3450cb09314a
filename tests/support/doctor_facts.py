"""What doctor knows about a job, for tests that need neither GitLab nor a registry."""

from datetime import UTC, datetime
from typing import Any, Final

from components.cli.doctor.facts import KEY, Answer, Facts, VariableWithValue
from components.variables.job_view import Job
from components.variables.listed import Level, ListedVariable

NOW: Final = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
HOST: Final = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def facts_of(image: str, *variables: VariableWithValue, **more: Any) -> Facts:
    return Facts(image, Job("acme/web", "main", protected_refs=("main",)), variables, NOW, **more)


def held(value: str | None, key: str = KEY, **more: Any) -> VariableWithValue:
    """A variable of the project, raw and of type file unless it says otherwise."""
    return VariableWithValue(
        ListedVariable(Level.PROJECT, "acme/web", key, **{"variable_type": "file", "raw": True, **more}), value
    )


def unasked(*_: object) -> Answer:
    raise AssertionError("asked a registry")
