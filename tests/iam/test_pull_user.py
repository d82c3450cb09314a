import json
from typing import Any

import pulumi
import pytest
from policy_linter import lint

from components.iam.pull_user import PullUser
from validation.recorder import Recorder

_ARGS: dict[str, Any] = {
    "account": "123456789012",
    "region": "eu-central-1",
    "prefix": "gitlab-ecr",
    "user": "old-scripts",
    "pull": ["ci/python"],
    "long_lived_keys": True,
}


def _declare(**changes: Any) -> PullUser:
    made: list[PullUser] = []
    pulumi.runtime.test(
        lambda: made.append(PullUser("scripts", {**_ARGS, **changes}))  # pyright: ignore[reportArgumentType] - options vary by test
    )()
    return made[0]


def test_the_user_only_pulls_and_its_boundary_says_so_too(recorder: Recorder) -> None:
    made = _declare()
    user = recorder.one("aws:iam/user:User")
    assert (user.name, user.parent, user.dependencies) == ("scripts", "scripts", ("scripts-boundary",))
    assert user.inputs["permissionsBoundary"] == (
        "arn:aws:iam::123456789012:policy/gitlab-ecr/gitlab-ecr-user-old-scripts-boundary"
    )
    boundary = recorder.one("aws:iam/policy:Policy")
    policy = recorder.one("aws:iam/userPolicy:UserPolicy")
    assert boundary.inputs["name"] == "gitlab-ecr-user-old-scripts-boundary"
    assert boundary.inputs["path"] == "/gitlab-ecr/"
    assert (policy.inputs["name"], policy.inputs["user"]) == ("pull", "gitlab-ecr-user-old-scripts")
    assert policy.dependencies == ("scripts",)
    assert json.loads(policy.inputs["policy"]) == json.loads(boundary.inputs["policy"])
    assert lint(json.loads(policy.inputs["policy"])) == []
    assert made.user_arn == "arn:aws:iam::123456789012:user/gitlab-ecr/gitlab-ecr-user-old-scripts"
    assert made.user_name == user.inputs["name"]


def test_no_update_removes_the_rotators_tags(recorder: Recorder) -> None:
    _declare(tags={"team": "ci"})
    user = recorder.one("aws:iam/user:User")
    assert (user.inputs["tags"], user.ignore_changes) == ({"team": "ci"}, ("tags", "tagsAll"))


def test_no_access_key_is_made(recorder: Recorder) -> None:
    _declare()
    assert sorted(resource.type for resource in recorder.resources) == [
        "aws:iam/policy:Policy",
        "aws:iam/user:User",
        "aws:iam/userPolicy:UserPolicy",
        "gitlab-ecr:index:PullUser",
    ]


def test_keys_that_the_rotator_made_do_not_stop_a_destroy(recorder: Recorder) -> None:
    _declare()
    assert recorder.one("aws:iam/user:User").inputs["forceDestroy"] is True


def test_a_boundary_of_the_company_takes_the_place_of_ours(recorder: Recorder) -> None:
    _declare(
        permissions_boundary=pulumi.Output.from_input("arn:aws:iam::123456789012:policy/company"), tags={"team": "ci"}
    )
    inputs = recorder.one("aws:iam/user:User").inputs
    assert (inputs["permissionsBoundary"], inputs["tags"]) == (
        "arn:aws:iam::123456789012:policy/company",
        {"team": "ci"},
    )
    assert recorder.of_type("aws:iam/policy:Policy") == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"long_lived_keys": False}, r"^long_lived_keys: got false; an IAM user has keys that never expire"),
        ({"long_lived_keys": "yes"}, r"^long_lived_keys: got 'yes'; write true or false"),
        ({"pull": ["*"]}, r"^pull\[0\]: got '\*'"),
        ({"pull": [f"ci/{number:099}" for number in range(20)]}, r"^pull: got a policy of \d+ characters, a user hold"),
    ],
)
def test_a_missing_acknowledgement_and_a_policy_that_is_too_long_are_refused(
    recorder: Recorder, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _declare(**changes)
