import json
from typing import Any

import pulumi
import pytest
from pulumi_recorder import Recorder

from components.identities import Identities

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


def test_a_bare_wildcard_is_refused_with_its_place(recorder: Recorder) -> None:
    with pytest.raises(ValueError, match=r"audiences\.backend\.pull: got '\*'; write a repository's name, or a patt"):
        _declare({"backend": {"pull": ["*"]}})
