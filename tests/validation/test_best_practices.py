"""Each check is given a resource that violates it, and one that does not."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.ecr.repositories import Repositories
from components.iam.identities import Identities
from validation.best_practices import _CHECKS, findings
from validation.practices import main
from validation.recorder import Recorder, Registered

_PROD = Path(__file__).parents[2] / "tests" / "data" / "examples" / "Pulumi.prod.yaml"
_EVERYBODY = json.dumps({"Statement": [{"Principal": "*"}]})
_WHOLE_ACCOUNT = json.dumps({"Statement": [{"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]})
_REPOSITORY = "aws:ecr/repository:Repository"
_FUNCTION = "aws:lambda/function:Function"
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_SECRET = "aws:secretsmanager/secret:Secret"
_PARAMETER = "aws:ssm/parameter:Parameter"

_BROKEN: list[tuple[str, dict[str, Any], set[str]]] = [
    (
        _REPOSITORY,
        {"name": "ci/a", "imageTagMutability": "MUTABLE"},
        {"ECR.1", "CKV_AWS_163", "ECR.2", "CKV_AWS_51", "ECR.3", "ECR.5", "CKV_AWS_136"},
    ),
    ("aws:ecrpublic/repository:Repository", {}, {"ECR.4"}),
    ("aws:ecr/repositoryPolicy:RepositoryPolicy", {"policy": _EVERYBODY}, {"CKV_AWS_32"}),
    ("aws:iam/role:Role", {"assumeRolePolicy": _EVERYBODY}, {"CKV_AWS_60"}),
    ("aws:iam/role:Role", {"assumeRolePolicy": _WHOLE_ACCOUNT}, {"CKV_AWS_61"}),
    ("aws:iam/userPolicy:UserPolicy", {}, {"CKV_AWS_40"}),
    ("aws:iam/user:User", {}, {"CKV_AWS_273"}),
    (
        _FUNCTION,
        {"name": "f", "runtime": "python3.9", "environment": {"variables": {"T": "glpat-fake-0000-0000-0000"}}},
        {f"CKV_AWS_{number}" for number in (45, 50, 115, 116, 117, 173, 272, 363)},
    ),
    ("aws:lambda/permission:Permission", {"principal": "events.amazonaws.com"}, {"CKV_AWS_364"}),
    (_LOG_GROUP, {}, {"CKV_AWS_66", "CKV_AWS_158", "CKV_AWS_338"}),
    (_SECRET, {"name": "s"}, {"CKV_AWS_149", "CKV_AWS_304"}),
    (_SECRET, {"name": "gitlab-ecr/audience/acme/web"}, {"CKV_AWS_149"}),
    (_PARAMETER, {"type": "SecureString"}, {"CKV_AWS_337"}),
]

_GOOD = [
    (
        _FUNCTION,
        {
            "name": "f",
            "runtime": "python3.13",
            "environment": {"variables": {"PLAN": "plan.json"}},
            "kmsKeyArn": "key",
            "tracingConfig": {"mode": "Active"},
            "reservedConcurrentExecutions": 1,
            "vpcConfig": {"subnetIds": ["s"]},
            "codeSigningConfigArn": "c",
        },
    ),
    (
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        {"functionName": "f", "destinationConfig": {"onFailure": {"destination": "queue"}}},
    ),
    ("aws:lambda/permission:Permission", {"sourceArn": "rule"}),
    (_LOG_GROUP, {"retentionInDays": 365, "kmsKeyId": "key"}),
    (_SECRET, {"name": "s", "kmsKeyId": "key"}),
    (
        "aws:secretsmanager/secretRotation:SecretRotation",
        {"secretId": "s", "rotationRules": {"automaticallyAfterDays": 30}},
    ),
    (_PARAMETER, {"type": "SecureString", "keyId": "key"}),
    (_PARAMETER, {"type": "String"}),
    ("aws:ecrpublic/repository:Repository", {"tags": {"team": "ci"}}),
]


@pytest.mark.parametrize(("type_", "inputs", "ids"), _BROKEN)
def test_each_check_finds_its_violation(type_: str, inputs: dict[str, Any], ids: set[str]) -> None:
    found = findings([Registered(type_, "it", inputs, frozenset(), "")])
    assert {finding.id for finding in found} == ids


def test_every_check_has_a_counterexample() -> None:
    assert {check.id for check in _CHECKS} == set[str]().union(*(ids for _, _, ids in _BROKEN))


def test_resources_that_follow_the_practices_have_no_finding() -> None:
    assert findings([Registered(type_, "it", inputs, frozenset(), "") for type_, inputs in _GOOD]) == []


def test_a_reason_excuses_one_resource_or_all_and_ends_with_its_deviation() -> None:
    users = [Registered("aws:iam/user:User", name, {}, frozenset(), "") for name in ("a", "b")]
    assert [str(each) for each in findings(users, {"CKV_AWS_273 a": "old scripts"})] == [
        "CKV_AWS_273 b: have no IAM users"
    ]
    assert [str(each) for each in findings(users, {"CKV_AWS_273": "old scripts"})] == []
    assert [str(each) for each in findings(users, {"CKV_AWS_273": " "})] == [
        "CKV_AWS_273 a: have no IAM users",
        "CKV_AWS_273 b: have no IAM users",
        "CKV_AWS_273: a reason that nothing needs; remove it",
    ]
    assert [str(each) for each in findings([], {"ECR.5": "no key"})] == [
        "ECR.5: a reason that nothing needs; remove it"
    ]


def test_a_stack_that_explains_every_deviation_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_PROD)]) == 0
    assert capsys.readouterr().out == f"{_PROD}: follows best practices, or deviates with a reason\n"


def test_a_deviation_without_a_reason_is_listed_with_how_to_give_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Pulumi.mine.yaml"
    text = _PROD.read_text()
    file.write_text(text[: text.index("    CKV_AWS_50:")] + "    CKV_AWS_99: nothing needs this\n")
    assert main([str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "  CKV_AWS_50: enable tracing" in lines
    assert "    access-rotator-function" in lines
    assert "  CKV_AWS_99: a reason that nothing needs; remove it" in lines
    assert (
        lines[-3]
        == "  To deviate on purpose, write the reason below gitlab-ecr:deviations, for one resource or for all:"
    )
    assert main([str(file), "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {
        "file": str(file),
        "id": "CKV_AWS_50",
        "resource": "access-rotator-function",
        "wanted": "enable tracing",
    } in rows


def test_a_stack_file_that_is_wrong_is_left_to_validate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "Pulumi.mine.yaml"
    file.write_text("config: {}\n")
    assert main([str(file)]) == 3
    assert f"make validate ARGS={file}" in capsys.readouterr().err


def test_with_our_defaults_only_a_kms_key_of_your_own_is_missing(recorder: Recorder) -> None:
    def program() -> None:
        place = {"account": "123456789012", "region": "eu-central-1"}
        repositories: Any = {**place, "repositories": {"ci/python": {"pull": {"organizations": ["o-a1b2c3d4e5"]}}}}
        Repositories("images", repositories)
        pull = {"pull": ["ci/*"]}
        identities: Any = {"prefix": "gitlab-ecr", "audiences": {"backend": pull}, "runners": {"fleet": pull}}
        Identities("access", identities | place)

    pulumi.runtime.test(program)()
    assert [str(each) for each in findings(recorder.resources)] == [
        "ECR.5 images-ci/python: encrypt with a KMS key of your own",
        "CKV_AWS_136 images-ci/python: encrypt with a KMS key of your own",
    ]
