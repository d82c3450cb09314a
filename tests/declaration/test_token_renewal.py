"""A renewal by Secrets Manager is refused where it cannot work, by the key and with what to write."""

import json
from pathlib import Path
from typing import Any

import pytest
from program import config_of, plan_of, run_program

from components.contract.plan import TokenRenewal
from components.declaration.parts import rotation_parts
from validation.recorder import Recorder

_DATA = Path(__file__).parents[1] / "data"
MANAGED, SECRETS = _DATA / "Pulumi.managed.yaml", _DATA / "Pulumi.secrets.yaml"
_VPC = {"subnetIds": ["subnet-0fake"], "securityGroupIds": ["sg-0fake"]}
_KEY = "rotation.tokenRenewal"
_REACH = "got managed, but then AWS itself calls GitLab, over the internet, and"


def _refusal(recorder: Recorder, stack_file: Path = MANAGED, *, gitlab: Any = None, **rotation: Any) -> str:
    config = config_of(stack_file)
    known = json.loads(config.get("gitlab-ecr:rotation", "{}"))
    config |= {"gitlab-ecr:rotation": json.dumps({**known, **rotation})}
    if gitlab is not None:
        config |= {"gitlab-ecr:gitlab": json.dumps(gitlab)}
    with pytest.raises(Exception, match="rotation") as refused:
        run_program(recorder, config)
    assert recorder.resources == []
    return str(refused.value)


def test_the_plan_names_the_secret_and_who_renews_the_token(recorder: Recorder) -> None:
    run_program(recorder, MANAGED)
    gitlab = plan_of(recorder).gitlab
    assert gitlab is not None
    assert (gitlab.token_renewal, gitlab.token_secret) == (
        TokenRenewal.MANAGED,
        "gitlab-ecr-test/gitlab-token-managed",
    )
    assert recorder.outputs["stack"]["gitlabTokenSecret"] == gitlab.token_secret


def test_by_default_the_stack_renews_it_itself(recorder: Recorder) -> None:
    config = config_of(MANAGED) | {"gitlab-ecr:rotation": "{}"}
    run_program(recorder, config)
    gitlab = plan_of(recorder).gitlab
    assert gitlab is not None
    assert (gitlab.token_renewal, gitlab.token_secret) == (TokenRenewal.OWN, "gitlab-ecr-test/gitlab-token")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tokenRenewal": "aws"}, f"{_KEY}: got 'aws'; write one of own, managed"),
        ({"vpc": _VPC}, f"{_KEY}: {_REACH} `vpc` is for an instance that is not reachable from the internet; write"),
        ({"adoptTokenSecret": True}, "rotation.adoptTokenSecret: belongs to `tokenRenewal`: own; with managed"),
        ({"adoptTokenSecret": False}, "rotation.adoptTokenSecret: belongs to `tokenRenewal`: own"),
        (
            {"gitlab": {"url": "https://10.0.0.7"}},
            f"{_KEY}: {_REACH} 10.0.0.7 is not an address of the internet; write own, or leave it out",
        ),
        (
            {"gitlab": {"url": "http://gitlab.example.com", "allowHttp": True}},
            f"{_KEY}: {_REACH} http://gitlab.example.com is not https",
        ),
    ],
)
def test_what_cannot_work_is_refused(recorder: Recorder, change: dict[str, Any], words: str) -> None:
    assert words in _refusal(recorder, **change)


def test_a_private_ca_is_refused(recorder: Recorder) -> None:
    certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    words = _refusal(recorder, gitlab={"url": "https://gitlab.example.com", "caBundle": certificate})
    assert f"{_KEY}: {_REACH} the instance's certificate is of a private CA, which AWS does not trust" in words


def test_a_stack_without_a_gitlab_token_has_none_to_renew(recorder: Recorder) -> None:
    words = _refusal(recorder, SECRETS, tokenRenewal="managed")
    assert f"{_KEY}: got managed; every consumer fetches its login itself, so this stack has no GitLab token" in words


def test_a_program_that_composes_components_gets_the_same_plan_and_the_same_refusals() -> None:
    args: Any = {
        "account": "123456789012",
        "region": "eu-central-1",
        "prefix": "gitlab-ecr",
        "stack": "prod",
        "repositories": ["app"],
        "consumers": {"acme/web": {"pull": ["app"]}},
        "token_renewal": TokenRenewal.MANAGED,
    }
    assert '"token_renewal": "managed"' in rotation_parts(args)["plan"]
    args["gitlab"] = {"url": "https://10.0.0.7"}
    with pytest.raises(ValueError, match=r"^token_renewal: got managed, but .* 10\.0\.0\.7 is not an address"):
        rotation_parts(args)
