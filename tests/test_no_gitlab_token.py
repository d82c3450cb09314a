"""A stack whose jobs all read their login themselves has no GitLab token: no token is made, requested or renewed."""

import json
from pathlib import Path

import pytest
from program import config_of, documents, plan_of, run_once, run_program

from components.rotation import handler
from components.rotation.renewal import handler as renewal
from validation.recorder import Recorder

STACK = Path(__file__).parent / "data" / "Pulumi.secrets.yaml"
_SECRET, _ROLE = "aws:secretsmanager/secret:Secret", "aws:iam/role:Role"


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLAB_TOKEN", raising=False)


def test_up_needs_no_gitlab_token_and_makes_nothing_in_gitlab(recorder: Recorder) -> None:
    run_program(recorder, STACK)
    assert recorder.providers == []
    assert not [resource for resource in recorder.resources if "gitlab:" in resource.type]
    assert recorder.outputs["stack"]["gitlabTokenSecret"] == ""


def test_there_is_a_secret_for_each_audience_and_no_secret_for_a_token() -> None:
    recorder = run_once(STACK)
    secrets = [resource.inputs for resource in recorder.resources if resource.type == _SECRET]
    assert sorted((each["name"], each["recoveryWindowInDays"]) for each in secrets) == [
        ("gitlab-ecr-test/audience/acme/api", 0),
        ("gitlab-ecr-test/audience/acme/web", 0),
    ]
    assert "gitlab-token" not in json.dumps([resource.inputs for resource in recorder.resources], default=str)


def test_nothing_renews_a_token_and_nothing_watches_its_end() -> None:
    recorder = run_once(STACK)
    named = " ".join(resource.name for resource in recorder.resources)
    assert "renewal" not in named
    assert "gitlab-token-ending" not in named
    (board,) = [each for each in recorder.resources if each.type == "aws:cloudwatch/dashboard:Dashboard"]
    assert "GitLab token" not in board.inputs["dashboardBody"]


def test_the_rotator_has_no_connection_to_gitlab(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(run_once(STACK))
    assert plan.gitlab is None
    given: list[object] = []

    def rotate(_: object, services: handler.Services, **__: object) -> None:
        given.append(services.gitlab_http)
        raise KeyboardInterrupt

    monkeypatch.setattr(handler, "rotate", rotate)
    with pytest.raises(KeyboardInterrupt):
        handler.run(plan, 60, fired_by=handler.FiredBy.SCHEDULE, run_id="run")
    assert given == [None]
    with pytest.raises(renewal.RenewalFailedError, match="no GitLab, so there is no token to renew"):
        renewal.run(plan, 60, run_id="run")


def test_only_the_policies_for_jobs_allow_reading_a_secret() -> None:
    recorder = run_once(STACK)
    reading = [where for where, text in documents(recorder.resources).items() if "GetSecretValue" in json.dumps(text)]
    assert sorted(reading) == [
        "aws:iam/rolePolicy:RolePolicy access-identities-secret-acme/api policy",
        "aws:iam/rolePolicy:RolePolicy access-identities-secret-acme/web policy",
    ]


def test_everything_is_known_in_the_first_preview() -> None:
    roles = [resource.inputs for resource in run_once(STACK, preview=True).resources if resource.type == _ROLE]
    (role,) = [role for role in roles if role["name"].startswith("gitlab-ecr-test-secret-acme-web-")]
    assert role["path"] == "/gitlab-ecr-test/secret/"
    assert json.loads(role["assumeRolePolicy"])["Statement"][0]["Principal"]["Federated"].endswith("/gitlab.com")


def test_adopting_a_token_secret_without_a_token_is_refused(recorder: Recorder) -> None:
    config = {**config_of(STACK), "gitlab-ecr:rotation": json.dumps({"adoptTokenSecret": True})}
    with pytest.raises(
        Exception, match=r"rotation\.adoptTokenSecret: got true; every consumer fetches its login itself"
    ):
        run_program(recorder, config)


def test_in_gitlab_only_the_schedule_of_the_rotation_is_made(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "glpat-fake-0000")
    job = {"project": "acme/registry-access", "id": 3009, "namespaceId": 2001}
    backend = {"gitlab-ecr:rotationBackend": "gitlab", "gitlab-ecr:rotation": json.dumps({"job": job})}
    run_program(recorder, {**config_of(STACK), **backend})
    in_gitlab = [resource.inputs for resource in recorder.resources if resource.type.startswith("gitlab:")]
    assert [each["description"] for each in in_gitlab] == ["gitlab-ecr-test-rotator"]
    assert "gitlab-token" not in json.dumps(
        [each.inputs for each in recorder.resources if "aws" in each.type], default=str
    )
