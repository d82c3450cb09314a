"""What a registry's answer means, without a registry; and what an answer may do to a terminal."""

import pytest

from components.cli.doctor.answers import answer_finding
from components.cli.doctor.facts import Answer
from components.docker.image_reference import parse

IMAGE = parse("123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python:3.13")
WHO = "User: arn:aws:sts::123456789012:assumed-role/gitlab-ecr-pull-web-g1/rotator is not authorized to perform"
WHAT = "ecr:BatchGetImage on resource: arn:aws:ecr:eu-central-1:123456789012:repository/ci/python"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (Answer(None, "", "connection refused"), "unreachable"),
        (Answer(500, "", ""), "registry-answer"),
        (Answer(503, "UNAVAILABLE", "try later"), "registry-answer"),
        (Answer(401, "UNAUTHORIZED", "Not Authorized"), "refused-token"),
        (Answer(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again."), "expired"),
        (Answer(403, "DENIED", f"{WHO}: {WHAT} because no identity-based policy allows it"), "iam-policy"),
        (Answer(403, "DENIED", f"{WHO}: {WHAT} with an explicit deny in an identity-based policy"), "iam-policy"),
        (Answer(403, "DENIED", f"{WHO}: {WHAT} because no VPC endpoint policy allows it"), "vpc-endpoint-policy"),
        (Answer(403, "DENIED", f"{WHO}: {WHAT} with an explicit deny in a resource control policy"), "other-policy"),
        (Answer(403, "DENIED", f"{WHO}: {WHAT} with an explicit deny in a resource-based policy"), "repository-policy"),
        (
            Answer(403, "DENIED", f"{WHO}: {WHAT.replace('BatchGetImage', 'BatchImportUpstreamImage')} because no"),
            "cache-denied",
        ),
        (Answer(403, "DENIED", "The authentication to the upstream registry failed."), "upstream-login"),
        (Answer(403, "DENIED", "no"), "pull-denied"),
        (Answer(404, "NAME_UNKNOWN", ""), "repository-absent"),
        (Answer(404, "MANIFEST_UNKNOWN", ""), "image-absent"),
    ],
)
def test_each_answer_has_its_cause(answer: Answer, cause: str) -> None:
    finding = answer_finding("project acme/web DOCKER_AUTH_CONFIG", IMAGE, answer)
    assert finding is not None
    assert finding.cause.value == cause
    assert finding.fix


@pytest.mark.parametrize("status", [200, 301, 307])
def test_an_answer_that_gives_the_image_is_no_cause(status: int) -> None:
    assert answer_finding("project acme/web DOCKER_AUTH_CONFIG", IMAGE, Answer(status)) is None


def test_a_deny_by_revoke_is_told_from_a_missing_right() -> None:
    answer = Answer(403, "DENIED", f"{WHO}: {WHAT} with an explicit deny in an identity-based policy")
    finding = answer_finding("project acme/web DOCKER_AUTH_CONFIG", IMAGE, answer)
    assert finding is not None
    assert "revoke --now" in finding.what
    assert "generation" in finding.fix
