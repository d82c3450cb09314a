"""`templates/pull.yml`: what a job gets by extending it, and that it accepts the stack's output."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pulumi
import pytest
import yaml
from program import config_of, run_once, run_program

from components.contract import plan as plans
from components.variables.keys import AWS_ROLE
from validation.recorder import Recorder

ROOT: Final = Path(__file__).parents[1]
STACK: Final = ROOT / "tests" / "data" / "Pulumi.secrets.yaml"
_HEADER, _JOBS = yaml.safe_load_all((ROOT / "templates" / "pull.yml").read_text())
_INPUTS: Final[dict[str, dict[str, str]]] = _HEADER["spec"]["inputs"]


def _included(**inputs: str) -> dict[str, Any]:
    """As GitLab interpolates: text by text; an input that does not fit its regex is refused."""
    values = {name: inputs.get(name, declared.get("default", "")) for name, declared in _INPUTS.items()}
    for name, value in values.items():
        assert re.search(_INPUTS[name].get("regex", ""), value), name

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): filled(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType] - YAML
        return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: values[match[1]], value)

    return filled(_JOBS)


def _declared(path: str) -> dict[str, str]:
    return run_once(STACK).outputs["stack"]["declaration"]["consumers"][path]["pull_template"]


def test_the_template_accepts_the_stacks_output() -> None:
    inputs = _declared("acme/web")
    assert set(inputs) == set(_INPUTS) - {"job"}
    job = _included(**inputs)[".ecr-pull"]
    secret = job["secrets"]["DOCKER_AUTH_CONFIG"]["aws_secrets_manager"]
    assert (secret["secret_id"], secret["region"]) == ("gitlab-ecr-test/audience/acme/web", "eu-central-1")
    assert secret["role_arn"] == job["variables"][AWS_ROLE] == inputs["role"]
    assert job["id_tokens"] == {"ECR_PULL_TOKEN": {"aud": "https://gitlab.com"}}
    assert job["secrets"]["DOCKER_AUTH_CONFIG"]["token"] == "$ECR_PULL_TOKEN"


def test_the_output_names_a_role_and_a_secret_that_the_stack_creates() -> None:
    recorder, inputs = run_once(STACK), _declared("acme/api")
    roles = [each.inputs for each in recorder.resources if each.type == "aws:iam/role:Role"]
    arns = {f"arn:aws:iam::123456789012:role{role['path']}{role['name']}" for role in roles}
    archive = recorder.one("aws:lambda/function:Function", "access-rotator-function").inputs["code"]
    written = {target.secret for target in plans.loads(archive.assets["gitlab_ecr/plan.json"].text).secrets}
    assert inputs["role"] in arns
    assert inputs["secret"] in written


def test_the_template_runs_nothing_by_itself_and_can_be_included_for_several_audiences() -> None:
    common = {"role": "arn:aws:iam::123456789012:role/x/y", "secret": "p/audience/a/b", "region": "eu-central-1"}
    (one,), (other,) = _included(**common), _included(**common, job=".ecr-pull-tools")
    assert (one, other) == (".ecr-pull", ".ecr-pull-tools")
    assert "script" not in _included(**common)[one]


def test_the_preview_reports_what_job_secrets_need_and_that_the_stack_has_no_token(
    first_preview: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, **_: words.append(text))
    run_program(first_preview, STACK)
    assert [line for line in words if "acme/web, acme/api fetch" in line and "GitLab 18.3 Premium or Ultimate" in line]
    assert [line for line in words if line.startswith("this stack has no GitLab token")]


def test_a_stack_with_variables_too_does_not_report_that_it_has_no_token(
    first_preview: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    words: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, **_: words.append(text))
    config = config_of(STACK)
    both = {**json.loads(config["gitlab-ecr:consumers"]), "acme/shop": {"pull": ["ci/node"]}}
    run_program(first_preview, {**config, "gitlab-ecr:consumers": json.dumps(both)})
    assert [line for line in words if line.startswith("access job-secret")]
    assert not [line for line in words if "no GitLab token" in line]


def test_a_consumer_that_also_pushes_gives_a_warning(first_preview: Recorder) -> None:
    config = config_of(STACK)
    consumers = json.loads(config["gitlab-ecr:consumers"])
    consumers["acme/web"]["push"] = ["ci/*"]
    run_program(first_preview, {**config, "gitlab-ecr:consumers": json.dumps(consumers)})
    (warning,) = [text for text in first_preview.warnings if "AWS_ROLE_ARN" in text]
    assert "acme/web.push: its jobs push by the role" in warning
