import json
from typing import Any

import pulumi
import pytest
from policy_linter import lint

from components.iam.identities import Identities
from validation.recorder import Recorder

_ARGS = {"account": "123456789012", "region": "eu-central-1", "prefix": "gitlab-ecr"}


def _declare(audiences: dict[str, Any], **more: Any) -> Identities:
    made: list[Identities] = []
    pulumi.runtime.test(
        lambda: made.append(Identities("access", {**_ARGS, **more, "audiences": audiences}))  # pyright: ignore[reportArgumentType] - options vary by test
    )()
    return made[0]


def test_each_audience_has_one_pull_only_role(recorder: Recorder) -> None:
    _declare({"backend": {"pull": ["ci/python", "backend/*"]}})
    role = recorder.one("aws:iam/role:Role")
    assert (role.name, role.parent) == ("access-pull-backend", "access")
    trust = json.loads(role.inputs.pop("assumeRolePolicy"))
    assert trust["Statement"][0]["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/gitlab-ecr/gitlab-ecr-rotator"}
    }
    assert role.inputs == {
        "name": "gitlab-ecr-pull-backend-g1",
        "path": "/gitlab-ecr/pull/",
        "description": "Pull-only: audience backend",
    }


def test_the_role_pulls_what_the_audience_names(first_preview: Recorder) -> None:
    _declare({"backend": {"pull": ["ci/python", "backend/*"]}})
    policy = first_preview.one("aws:iam/rolePolicy:RolePolicy", "access-pull-backend")
    assert (policy.parent, policy.inputs["name"], policy.inputs["role"]) == (
        "access",
        "pull",
        "gitlab-ecr-pull-backend-g1",
    )
    assert policy.dependencies == ("access-pull-backend",)
    assert json.loads(policy.inputs["policy"])["Statement"][1]["Resource"] == [
        "arn:aws:ecr:eu-central-1:123456789012:repository/backend/*",
        "arn:aws:ecr:eu-central-1:123456789012:repository/ci/python",
    ]


def test_registries_of_other_accounts_and_regions_are_named_one_by_one(recorder: Recorder) -> None:
    registries = [
        {"account": "123456789012", "region": "eu-central-1"},
        {"account": "210987654321", "region": "us-east-1"},
    ]
    _declare({"backend": {"pull": ["ci/*"], "registries": registries}})
    policy = recorder.one("aws:iam/rolePolicy:RolePolicy")
    assert json.loads(policy.inputs["policy"])["Statement"][1]["Resource"] == [
        "arn:aws:ecr:eu-central-1:123456789012:repository/ci/*",
        "arn:aws:ecr:us-east-1:210987654321:repository/ci/*",
    ]


def test_a_generation_changes_the_roles_name_and_not_the_resources(recorder: Recorder) -> None:
    identities = _declare({"backend": {"pull": ["ci/*"], "generation": 2}})
    role = recorder.one("aws:iam/role:Role")
    assert (role.name, role.inputs["name"]) == ("access-pull-backend", "gitlab-ecr-pull-backend-g2")
    assert identities.pull_role_arns == {
        "backend": "arn:aws:iam::123456789012:role/gitlab-ecr/pull/gitlab-ecr-pull-backend-g2"
    }


def test_boundary_path_session_tags_and_rotator_are_arguments(recorder: Recorder) -> None:
    _declare(
        {"backend": {"pull": ["ci/*"]}},
        role_path="/teams/ci/",
        permissions_boundary="arn:aws:iam::123456789012:policy/boundary",
        max_session_duration=7200,
        tags={"team": "ci"},
        rotator_role_arn="arn:aws:iam::123456789012:role/elsewhere",
    )
    inputs = recorder.one("aws:iam/role:Role").inputs
    assert "arn:aws:iam::123456789012:role/elsewhere" in inputs["assumeRolePolicy"]
    assert (inputs["path"], inputs["permissionsBoundary"], inputs["maxSessionDuration"], inputs["tags"]) == (
        "/teams/ci/pull/",
        "arn:aws:iam::123456789012:policy/boundary",
        7200,
        {"team": "ci"},
    )


def test_a_cache_can_be_filled_below_its_prefix(recorder: Recorder) -> None:
    _declare({"backend": {"pull": ["ci/python"], "caches": ["docker-hub"]}})
    statements = json.loads(recorder.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    cache = "arn:aws:ecr:eu-central-1:123456789012:repository/docker-hub/*"
    assert [(s["Sid"], s["Resource"]) for s in statements] == [
        ("SignIn", "*"),
        ("Pull", ["arn:aws:ecr:eu-central-1:123456789012:repository/ci/python", cache]),
        ("FillCache", cache),
    ]


_JOB = {"project": "acme/app", "project_id": "101", "namespace_id": "11"}


def test_jobs_push_through_a_provider_of_the_stack(recorder: Recorder) -> None:
    identities = _declare({}, jobs={"acme/app": {**_JOB, "push": ["acme/app"], "pull": ["base/*"]}})
    provider = recorder.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert (provider.name, provider.parent) == ("access-gitlab", "access")
    assert provider.inputs == {"url": "https://gitlab.com", "clientIdLists": ["https://gitlab.com"]}
    role = recorder.one("aws:iam/role:Role", "access-push-acme/app")
    assert (role.parent, role.dependencies) == ("access", ("access-gitlab",))
    trust = json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}
    assert trust["Condition"]["StringEquals"]["gitlab.com:project_id"] == "101"
    arn = f"arn:aws:iam::123456789012:role{role.inputs['path']}{role.inputs['name']}"
    assert identities.job_role_arns == {"acme/app": arn}
    assert role.inputs["path"] == "/gitlab-ecr/push/"
    policy = json.loads(recorder.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["SignIn", "Push", "Pull"]


def test_an_existing_provider_is_used_as_it_is(recorder: Recorder) -> None:
    issuer = {"url": "https://gitlab.example.com", "audience": "aws", "existing_provider": True}
    _declare({}, issuer=issuer, jobs={"app": {"project": "acme/app", "push": ["app"], "branches": ["main"]}})
    assert recorder.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    trust = json.loads(recorder.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.example.com"}
    assert trust["Condition"]["StringEquals"]["gitlab.example.com:aud"] == "aws"


def test_the_thumbprint_of_a_private_ca_reaches_the_provider(recorder: Recorder) -> None:
    issuer = {"url": "https://gitlab.example.com", "thumbprints": ["a" * 40]}
    _declare({}, issuer=issuer, jobs={"app": {"project": "acme/app", "push": ["app"], "branches": ["main"]}})
    provider = recorder.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider.inputs["thumbprintLists"] == ["a" * 40]


def test_jobs_that_only_pull_have_a_role_that_cannot_push(recorder: Recorder) -> None:
    identities = _declare({}, jobs={"app": {**_JOB, "pull": ["base/*"], "unprotected_refs": True}})
    role = recorder.one("aws:iam/role:Role", "access-job-app")
    assert "ref_protected" not in role.inputs["assumeRolePolicy"]
    assert role.inputs["path"] == "/gitlab-ecr/job/"
    assert identities.job_role_arns == {"app": "arn:aws:iam::123456789012:role/gitlab-ecr/job/gitlab-ecr-job-app"}
    assert "ecr:PutImage" not in recorder.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]


@pytest.mark.parametrize("push", [[], ["app"]])
def test_jobs_pull_from_other_registries_and_through_caches(recorder: Recorder, push: list[str]) -> None:
    theirs = [{"account": "210987654321", "region": "us-east-1"}]
    _declare({}, jobs={"app": {**_JOB, "push": push, "pull": ["base/*"], "registries": theirs, "caches": ["quay"]}})
    statements = json.loads(recorder.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    resources = {statement["Sid"]: statement["Resource"] for statement in statements}
    cache = "arn:aws:ecr:us-east-1:210987654321:repository/quay/*"
    assert resources["Pull"] == ["arn:aws:ecr:us-east-1:210987654321:repository/base/*", cache]
    assert resources["FillCache"] == cache
    assert resources.get("Push") == ("arn:aws:ecr:eu-central-1:123456789012:repository/app" if push else None)


def test_a_runner_has_an_instance_profile_that_pulls_and_reads_its_configuration(recorder: Recorder) -> None:
    identities = _declare({}, runners={"fleet": {"pull": ["ci/*"], "parameter_key": "arn:aws:kms:::key/k"}})
    role = recorder.one("aws:iam/role:Role", "access-runner-fleet")
    profile = recorder.one("aws:iam/instanceProfile:InstanceProfile", "access-runner-fleet")
    assert (profile.parent, profile.dependencies) == ("access", ("access-runner-fleet",))
    assert profile.inputs == {
        "name": "gitlab-ecr-runner-fleet",
        "path": "/gitlab-ecr/runner/",
        "role": "gitlab-ecr-runner-fleet",
    }
    assert json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert identities.runner_role_arns == {
        "fleet": "arn:aws:iam::123456789012:role/gitlab-ecr/runner/gitlab-ecr-runner-fleet"
    }
    statements = json.loads(recorder.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert [(s["Sid"], s["Resource"]) for s in statements[2:]] == [
        (
            "ReadConfiguration",
            [
                "arn:aws:ssm:eu-central-1:123456789012:parameter/gitlab-ecr/runner/fleet/config.toml",
                "arn:aws:ssm:eu-central-1:123456789012:parameter/gitlab-ecr/runner/fleet/docker-config.json",
            ],
        ),
        ("DecryptConfiguration", "arn:aws:kms:::key/k"),
    ]
    assert statements[3]["Condition"] == {"StringEquals": {"kms:ViaService": "ssm.eu-central-1.amazonaws.com"}}


def test_the_linter_finds_nothing_in_any_document(recorder: Recorder) -> None:
    _declare(
        {"backend": {"pull": ["ci/python", "backend/*"], "caches": ["docker-hub"]}},
        jobs={"app": {**_JOB, "push": ["app"], "pull": ["base/*"]}, "docs": {**_JOB, "pull": ["base/*"]}},
        runners={"fleet": {"pull": ["ci/*"]}},
    )
    roles, policies = recorder.of_type("aws:iam/role:Role"), recorder.of_type("aws:iam/rolePolicy:RolePolicy")
    documents = [role.inputs["assumeRolePolicy"] for role in roles] + [policy.inputs["policy"] for policy in policies]
    assert len(documents) == 8
    assert [finding for document in documents for finding in lint(json.loads(document))] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"audiences": {"a": {"pull": ["*"]}}},
            r"^audiences\.a\.pull\[0\]: got '\*'; write a repository's name, or a patt",
        ),
        ({"audiences": {"a": {"pull": []}}}, r"^audiences\.a\.pull: got no repository"),
        ({"audiences": {"a": {"pull": ["ab"], "generation": 0}}}, r"^audiences\.a\.generation: got 0; write 1 or more"),
        (
            {"audiences": {"a": {"pull": [f"ci/{n:099}" for n in range(99)]}}},
            r"^audiences\.a\.pull: got a policy",
        ),
        ({"audiences": {"a": {"pull": ["ab"], "caches": ["A"]}}}, r"^audiences\.a\.caches\[0\]: got 'A/\*'"),
        ({"jobs": {"a": {"project": "acme*", "push": ["ab"]}}}, r"^jobs\.a\.project: got 'acme\*'"),
        ({"jobs": {"a": _JOB}}, r"^jobs\.a\.pull: got no repository"),
        ({"jobs": {"a": {**_JOB, "push": ["ab"], "unprotected_refs": True}}}, r"^jobs\.a\.unprotected_refs: got true"),
        ({"jobs": {"a": _JOB}, "issuer": {"url": "gitlab.com"}}, r"^issuer\.url: got 'gitlab.com'; write"),
        (
            {"permissions_boundary": "ci-boundary"},
            r"^permissions_boundary: got 'ci-boundary'; write the ARN",
        ),
        ({"max_session_duration": 900}, r"^max_session_duration: got 900; write seconds, 3600"),
        ({"runners": {"a": {"pull": []}}}, r"^runners\.a\.pull: got no repository"),
    ],
)
def test_what_would_be_too_wide_or_too_long_is_refused_with_its_key(
    recorder: Recorder, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _declare(**{"audiences": {}, **arguments})
