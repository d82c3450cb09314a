"""What a reference in a value becomes, and which names nobody can resolve before the job runs."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from components.cli.doctor.expansion import Expanded, expand
from components.cli.doctor.facts import Facts, VariableWithValue
from components.variables.job_view import Job
from components.variables.listed import Level, ListedVariable


def _variable(key: str, value: str | None, *, raw: bool = False) -> VariableWithValue:
    return VariableWithValue(ListedVariable(Level.PROJECT, "acme/web", key, raw=raw), value)


_FACTS = Facts(
    "app:1",
    Job("acme/web", "main", environment="review/7"),
    (
        _variable("HOST", "registry.example.com"),
        _variable("RAW", "$HOST", raw=True),
        _variable("IMAGE", "$HOST/app"),
        _variable("MORE", "${IMAGE}-$NOWHERE-$CI_JOB_ID"),
        _variable("HIDDEN", None),
        _variable("ROUND", "$ROUND."),
    ),
    datetime(2026, 11, 22, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$$HOST", Expanded("$HOST")),
        ("$HOST/${HOST}", Expanded("registry.example.com/registry.example.com")),
        ("$RAW", Expanded("$HOST")),
        ("$CI_PROJECT_NAME of $CI_PROJECT_NAMESPACE", Expanded("web of acme")),
        ("$CI_COMMIT_REF_NAME $CI_ENVIRONMENT_NAME", Expanded("main review/7")),
        ("a$CI_JOB_ID", Expanded("a$CI_JOB_ID", unknown=("CI_JOB_ID",))),
        ("a$NOWHERE", Expanded("a", undefined=("NOWHERE",))),
        ("$HIDDEN", Expanded("$HIDDEN", unknown=("HIDDEN",))),
        ("$MORE", Expanded("registry.example.com/app--$CI_JOB_ID", ("NOWHERE",), ("CI_JOB_ID",))),
    ],
)
def test_each_reference_becomes_what_the_job_sees(text: str, expanded: Expanded) -> None:
    assert expand(text, _FACTS) == expanded


def test_a_variable_that_refers_to_itself_ends() -> None:
    assert expand("$ROUND", _FACTS).text.startswith("$ROUND.")


def test_without_an_environment_its_name_is_not_known() -> None:
    anywhere = replace(_FACTS, job=Job("acme/web", "main"))
    assert expand("$CI_ENVIRONMENT_NAME", anywhere).unknown == ("CI_ENVIRONMENT_NAME",)
