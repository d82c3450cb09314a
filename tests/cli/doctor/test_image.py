"""The image that a job names: what it expands to, or why it names none."""

import pytest
from doctor_facts import HOST, facts_of, held

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.causes.finding import Finding
from components.cli.doctor.image import image_of


@pytest.mark.parametrize(
    ("image", "found"),
    [
        (f"{HOST}/ci/node:1.0", f"{HOST}/ci/node:1.0"),
        ("$ECR_REGISTRY/ci/node:$TAG", f"{HOST}/ci/node:2"),
        (f"{HOST}/${{CI_PROJECT_NAME}}:$CI_COMMIT_REF_NAME", f"{HOST}/web:main"),
    ],
)
def test_variables_of_the_job_are_expanded(image: str, found: str) -> None:
    variables = (held(HOST, "ECR_REGISTRY"), held("2", "TAG"))
    assert str(image_of(facts_of(image, *variables))) == found


@pytest.mark.parametrize(
    ("image", "cause", "what"),
    [
        (f"{HOST}/ci/node:$TAG", Cause.IMAGE_VARIABLE, f"{HOST}/ci/node:$TAG: the job does not see $TAG, so it is"),
        (f"{HOST}/a:$CI_COMMIT_SHA", Cause.IMAGE_VARIABLE, f"{HOST}/a:$CI_COMMIT_SHA: only a running job has $CI_COMM"),
        (f"{HOST}/a:$SECRET", Cause.IMAGE_VARIABLE, f"{HOST}/a:$SECRET: only a running job has $SECRET"),
        (f"https://{HOST}/a", Cause.IMAGE_REFERENCE, f"image: got 'https://{HOST}/a'"),
    ],
)
def test_an_image_that_cannot_be_known_or_pulled_is_a_finding(image: str, cause: Cause, what: str) -> None:
    finding = image_of(facts_of(image, held(None, "SECRET")))
    assert isinstance(finding, Finding)
    assert (finding.cause, finding.what[: len(what)]) == (cause, what)
    assert finding.fix
