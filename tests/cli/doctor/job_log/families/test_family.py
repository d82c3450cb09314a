"""Each family of messages knows its own example, and its pattern is marked for the reader."""

import pytest

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.causes.sections import SECTIONS
from components.cli.doctor.job_log.families.family import Clue, Family
from components.cli.doctor.job_log.families.table import FAMILIES
from components.cli.doctor.job_log.lines import Line, marked_lines
from components.cli.doctor.job_log.story import Step


def _name(family: Family) -> str:
    return f"{family.cause.value}-{family.marks[0]}"


@pytest.mark.parametrize("family", FAMILIES, ids=_name)
def test_a_family_knows_its_example(family: Family) -> None:
    line = Line(1, family.example)
    match = family.match(line)
    assert match is not None
    step = Step.JOB_IMAGE if Step.JOB_IMAGE in family.steps else Step.SCRIPT
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/app:1"
    host = "ruby:3.4" if family.cause is Cause.NO_REGISTRY_HOST else image
    command = "$(aws ecr get-login)" if family.cause is Cause.OLD_LOGIN_COMMAND else "docker push app"
    finding = family.finding_of(Clue(match, line, step, image=host, command=command))
    assert finding is not None
    assert finding.cause is family.cause
    assert finding.fix


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "An error occurred (InvalidIdentityToken): No OpenIDConnect provider found in your account",
            "the role's AWS account has no OIDC provider for the issuer of the job's id_token",
        ),
        ("not authorized to perform: secretsmanager:GetSecretValue", "the job's role may not read its secret"),
    ],
)
def test_a_shorter_message_is_still_a_complete_sentence(text: str, what: str) -> None:
    line = Line(1, text)
    family, match = next((family, match) for family in FAMILIES if (match := family.match(line)))
    finding = family.finding_of(Clue(match, line, Step.PREPARATION))
    assert finding is not None
    assert finding.what == what


@pytest.mark.parametrize("family", FAMILIES, ids=_name)
def test_the_reader_finds_a_familys_lines(family: Family) -> None:
    assert all(mark == mark.lower() and len(mark) >= 3 for mark in family.marks)
    assert marked_lines(f"\n{family.example}\n".encode(), family.marks)


def test_every_cause_is_explained_once() -> None:
    explained = [cause for section in SECTIONS.values() for cause in section]
    assert sorted(explained, key=lambda cause: cause.value) == sorted(Cause, key=lambda cause: cause.value)
    assert all(each.how.endswith(".") for section in SECTIONS.values() for each in section.values())
    assert not any(each.fix.endswith(".") for section in SECTIONS.values() for each in section.values())
