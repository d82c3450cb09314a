"""What a registry's answer means, without a registry; and that no answer reaches a terminal unchanged."""

import pytest
from doctor_cases import ANSWERS, WHAT, WHO

from components.cli.doctor.answers import answer_finding
from components.cli.doctor.facts import Answer
from components.docker.image_reference import parse

IMAGE = parse("123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python:3.13")


@pytest.mark.parametrize(
    ("answer", "cause"),
    ANSWERS,
)
def test_each_answer_has_its_cause(answer: Answer, cause: str) -> None:
    finding = answer_finding("project acme/web DOCKER_AUTH_CONFIG", IMAGE, answer)
    assert finding is not None
    assert finding.cause.value == cause
    assert finding.fix


@pytest.mark.parametrize("status", [200, 301, 307])
def test_an_answer_with_the_image_is_not_a_cause(status: int) -> None:
    assert answer_finding("project acme/web DOCKER_AUTH_CONFIG", IMAGE, Answer(status)) is None


def test_a_denial_by_revoke_is_distinguished_from_a_missing_right() -> None:
    answer = Answer(403, "DENIED", f"{WHO}: {WHAT} with an explicit deny in an identity-based policy")
    finding = answer_finding("project acme/web DOCKER_AUTH_CONFIG", IMAGE, answer)
    assert finding is not None
    assert "revoke --now" in finding.what
    assert "generation" in finding.fix
