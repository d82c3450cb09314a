"""What doctor says about one variable, or about the runner user's file, without a registry."""

import json
from typing import Any

import pytest
from doctor_facts import HOST, facts_of, held, unasked

from components.cli.doctor.causes.cause import Cause
from components.cli.doctor.facts import Answer, Facts, Machine
from components.cli.doctor.judge import HOME, judge, judge_home
from components.docker.auth import login_entry
from components.docker.image_reference import parse

IMAGE = parse(f"{HOST}/ci/node:1.0")
NAME = "project acme/web DOCKER_AUTH_CONFIG"
EXPIRED = Answer(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")


def logins(*hosts: str, **more: Any) -> str:
    return json.dumps({"auths": {host: login_entry("AWS", "fake-password") for host in hosts}, **more})


def home(text: str) -> Facts:
    return facts_of(str(IMAGE), machine=Machine(home_config=text))


@pytest.mark.parametrize(
    ("description", "what"),
    [
        (
            "gitlab-ecr: r, valid until 2026-01-01T08:00Z, audience a",
            f"the token in {NAME} expired at 2026-01-01T08:00Z",
        ),
        (
            "gitlab-ecr: r, valid until 2026-01-01T18:00Z, audience a",
            f"the token in {NAME} has expired, says {HOST}",
        ),
    ],
)
def test_an_expired_token_has_the_time_of_its_description_if_that_has_passed(description: str, what: str) -> None:
    variable = held(logins(HOST), description=description)
    finding = judge(variable, IMAGE, facts_of(str(IMAGE), variable), lambda *_: EXPIRED).finding
    assert finding is not None
    assert (finding.cause, finding.what) == (Cause.EXPIRED, what)


@pytest.mark.parametrize("text", ["{", logins("other.example.com", credHelpers={"x": "ecr-login"})])
def test_where_the_runner_drops_the_variable_the_runners_own_file_is_used(text: str) -> None:
    variable = held(text)
    judged = judge(variable, IMAGE, home(logins(HOST)), lambda *_: Answer(200))
    assert judged.finding is None
    assert judged.tested[0] == f"{HOME} has a login for {HOST}"


@pytest.mark.parametrize(
    ("host", "note"),
    [
        (
            "public.ecr.aws",
            f"{NAME} has a login for public.ecr.aws, which needs none and refuses an expired one: remove it",
        ),
        ("registry.example.com", "registry.example.com is not an ECR registry: not tried"),
    ],
)
def test_a_login_for_another_registry_is_not_tried(host: str, note: str) -> None:
    image, variable = parse(f"{host}/node:1.0"), held(logins(host))
    judged = judge(variable, image, facts_of(str(image), variable), unasked)
    assert (judged.finding, judged.notes) == (None, (note,))


@pytest.mark.parametrize(
    ("image", "text"),
    [
        ("registry.example.com/node:1.0", logins(HOST)),
        (str(IMAGE), logins("registry.example.com")),
        (str(IMAGE), logins(HOST.replace("123456789012", "210987654321"))),
    ],
)
def test_a_runners_file_for_other_registries_is_no_cause(image: str, text: str) -> None:
    assert judge_home(parse(image), home(text), unasked) is None


def test_a_runners_file_for_another_region_is_a_cause() -> None:
    text = logins(HOST.replace("eu-central-1", "us-east-1"))
    judged = judge_home(IMAGE, home(text), unasked)
    assert judged is not None
    assert judged.finding is not None
    assert judged.finding.cause is Cause.OTHER_REGION
