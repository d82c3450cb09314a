"""The whole declaration: which part of it reaches which component."""

import json
from functools import cache
from typing import Any

import pytest
from program import build
from recording import recording

from components.contract import plan as plans
from components.names.access import Access
from components.rotator.args import RotationBackend
from validation.recorder import Recorder

_BOUNDARY = "arn:aws:iam::123456789012:policy/ci-boundary"
_ROLE = "aws:iam/role:Role"
_PLACE: dict[str, Any] = {
    "account": "123456789012",
    "region": "eu-central-1",
    "prefix": "images",
    "stack": "prod",
    "repositories": {"app": {"tags": {"team": "app"}}, "ci/node": {}},
}
_ALL: dict[str, Any] = {
    **_PLACE,
    "caches": {"quay": {"upstream": "quay"}},
    "registry": {"scan_on_push": ["*"]},
    "consumers": {
        "acme/web": {"pull": ["ci/*"], "caches": ["quay"], "generation": 3},
        "acme/app": {"pull": ["ci/node"], "push": ["app"], "id": 7, "namespace_id": 2},
        "acme/old": {"access": Access.ACCESS_KEYS, "pull": ["app"], "long_lived_keys": True},
    },
    "runners": {
        "aws": {"group_id": 2, "docker": {"image": "a"}, "access": {"pull": ["ci/*"], "caches": ["quay"]}},
        "own": {"group_id": 2, "docker": {"image": "a"}},
    },
    "role_path": "/ci/images/",
    "permissions_boundary": _BOUNDARY,
    "max_session_duration": 7200,
    "tags": {"team": "ci", "env": "prod"},
}


def declare(recorder: Recorder, **changes: Any) -> Recorder:
    recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
    declaration: Any = {**_ALL, **changes}
    build(declaration)
    return recorder


@cache  # the tests only read it
def declared() -> Recorder:
    with recording() as recorder:
        return declare(recorder)


def test_every_role_and_user_has_the_stacks_path_boundary_and_tags() -> None:
    recorder = declared()
    found = recorder.of_type(_ROLE) + recorder.of_type("aws:iam/user:User")
    assert {resource.name for resource in found} == {
        "access-identities-pull-acme/web",
        "access-identities-pull-acme/app",
        "access-identities-push-acme/app",
        "access-identities-runner-aws",
        *(f"access-rotator-{kind}-{role}" for kind in ("function", "renewal") for role in ("role", "schedule-role")),
        "access-user-acme/old",
    }
    assert {resource.inputs["permissionsBoundary"] for resource in found} == {_BOUNDARY}
    assert all(resource.inputs["path"].startswith("/ci/images/") for resource in found)
    assert all(resource.inputs["tags"] == {"team": "ci", "env": "prod"} for resource in found)


def test_the_session_duration_applies_only_to_the_roles_of_jobs_and_runners() -> None:
    recorder = declared()
    lengths = {role.name: role.inputs.get("maxSessionDuration") for role in recorder.of_type(_ROLE)}
    assert lengths["access-identities-push-acme/app"] == lengths["access-identities-runner-aws"] == 7200
    assert lengths["access-rotator-function-role"] is None


def test_a_repositorys_own_tags_take_precedence() -> None:
    recorder = declared()
    tags = {each.inputs["name"]: each.inputs["tags"] for each in recorder.of_type("aws:ecr/repository:Repository")}
    assert tags == {"app": {"team": "app", "env": "prod"}, "ci/node": {"team": "ci", "env": "prod"}}


def test_every_resource_that_can_have_aws_tags_has_the_stacks_tags(recorder: Recorder) -> None:
    machine = {
        "group_id": 2,
        "docker": {"image": "a"},
        "access": {"pull": ["ci/*"]},
        "machine": {"image_id": "ami-01234567"},
    }
    declare(recorder, runners={"aws": machine}, rotation={"alarm_emails": ["on-call@example.com"]})
    without = {resource.type for resource in recorder.resources if not resource.inputs.get("tags")}
    assert {type_ for type_ in without if type_.startswith("aws:")} == {
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/userPolicy:UserPolicy",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/invocation:Invocation",
        "aws:scheduler/schedule:Schedule",
        "aws:sns/topicSubscription:TopicSubscription",
    }


def test_a_runner_whose_images_are_in_another_account_pulls_there_by_its_role_and_its_helper(
    recorder: Recorder,
) -> None:
    theirs = {"account": "210987654321", "region": "us-east-1"}
    access = {"pull": ["shared/*"], "registries": [theirs]}
    declare(recorder, runners={"aws": {"group_id": 2, "docker": {"image": "a"}, "access": access}})
    policy = recorder.one("aws:iam/rolePolicy:RolePolicy", "access-identities-runner-aws").inputs["policy"]
    (pull,) = (each for each in json.loads(policy)["Statement"] if each["Sid"] == "Pull")
    assert pull["Resource"] == "arn:aws:ecr:us-east-1:210987654321:repository/shared/*"
    docker = recorder.one("aws:ssm/parameter:Parameter", "access-runner-aws-docker-config").inputs["value"]
    assert json.loads(docker) == {"credHelpers": {"210987654321.dkr.ecr.us-east-1.amazonaws.com": "ecr-login"}}


def test_caches_and_registry_wide_settings_are_made() -> None:
    recorder = declared()
    assert recorder.one("aws:ecr/pullThroughCacheRule:PullThroughCacheRule").inputs["ecrRepositoryPrefix"] == "quay"
    scanning = recorder.one("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration")
    assert scanning.inputs["scanType"] == "ENHANCED"


@pytest.mark.parametrize("role", ["pull-acme/web", "runner-aws"])
def test_a_consumer_that_names_a_cache_may_fill_only_that_cache(role: str) -> None:
    recorder = declared()
    policy = json.loads(recorder.one("aws:iam/rolePolicy:RolePolicy", f"access-identities-{role}").inputs["policy"])
    fills = [statement for statement in policy["Statement"] if "ecr:CreateRepository" in statement["Action"]]
    assert [statement["Resource"] for statement in fills] == ["arn:aws:ecr:eu-central-1:123456789012:repository/quay/*"]


def test_the_first_rotation_waits_for_the_users_whose_keys_it_creates() -> None:
    recorder = declared()
    first = recorder.one("aws:lambda/invocation:Invocation")
    assert "access-user-acme/old" in first.dependencies


def test_the_plan_holds_the_age_and_grace_of_access_keys(recorder: Recorder) -> None:
    declare(recorder, rotation={"access_key_age": "10 days", "access_key_grace": "5 hours", "interval": "1 hour"})
    archive = recorder.one("aws:lambda/function:Function", "access-rotator-function").inputs["code"]
    (user,) = plans.loads(archive.assets["gitlab_ecr/plan.json"].text).key_users
    assert (user.path, user.max_age_minutes, user.grace_minutes) == ("acme/old", 14_400, 300)
    assert user.arn == "arn:aws:iam::123456789012:user/ci/images/" + user.user


def test_impossible_times_of_access_keys_are_refused_with_their_key(recorder: Recorder) -> None:
    with pytest.raises(
        ValueError, match=r"^rotation\.access_key_grace: got '1 hour'; write an hour or more, and not less"
    ):
        declare(recorder, rotation={"access_key_grace": "1 hour"})


def test_role_and_plan_name_the_same_generation() -> None:
    recorder = declared()
    archive = recorder.one("aws:lambda/function:Function", "access-rotator-function").inputs["code"]
    plan = plans.loads(archive.assets["gitlab_ecr/plan.json"].text)
    assert plan.audiences["acme/web"].role_arn.endswith("-g3")
    role = recorder.one(_ROLE, "access-identities-pull-acme/web").inputs
    assert plan.audiences["acme/web"].role_arn == f"arn:aws:iam::123456789012:role{role['path']}{role['name']}"


def test_only_a_runner_that_declares_what_it_pulls_has_an_instance_profile() -> None:
    recorder = declared()
    profiles = recorder.of_type("aws:iam/instanceProfile:InstanceProfile")
    assert [profile.name for profile in profiles] == ["access-identities-runner-aws"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"caches": {}}, "consumers.acme/web.caches\\[0\\]: 'quay' is not a cache of this stack"),
        ({"caches": {}, "consumers": {}}, "runners.aws.access.caches\\[0\\]: 'quay' is not a cache of this stack"),
        ({"consumers": {}, "repositories": {"app": {}}}, r"runners.aws.access.pull\[0\]: 'ci/\*' is not a repository"),
    ],
)
def test_an_undeclared_name_is_reported(recorder: Recorder, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        declare(recorder, **changes)


_IN_GITLAB: dict[str, Any] = {
    "rotation_backend": RotationBackend.GITLAB,
    "rotation": {"job": {"project": "acme/access", "id": 8, "namespace_id": 2}},
}
_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"


@pytest.mark.parametrize("pushes", [True, False])
def test_a_rotator_in_gitlab_shares_the_one_provider_of_jobs_that_push(recorder: Recorder, pushes: bool) -> None:
    consumers = _ALL["consumers"] if pushes else {"acme/web": {"pull": ["ci/*"]}}
    declare(recorder, consumers=consumers, **_IN_GITLAB)
    provider = recorder.one(_PROVIDER)
    assert (provider.parent, provider.inputs["clientIdLists"]) == ("access-identities", ["https://gitlab.com"])
    rotator = recorder.one(_ROLE, "access-rotator-function-role")
    assert "access-identities" in rotator.dependencies or "access-identities-gitlab" in rotator.dependencies
    (statement,) = json.loads(rotator.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}
    # The pull roles trust the rotator by the name that it has in Lambda, too.
    arn = f"arn:aws:iam::123456789012:role/ci/images/{rotator.inputs['name']}"
    assert arn in recorder.one(_ROLE, "access-identities-pull-acme/web").inputs["assumeRolePolicy"]


def test_a_provider_that_exists_is_not_made_a_second_time(recorder: Recorder) -> None:
    declare(recorder, gitlab={"existing_oidc_provider": True}, **_IN_GITLAB)
    assert recorder.of_type(_PROVIDER) == []
    assert recorder.of_type("gitlab:index/pipelineSchedule:PipelineSchedule")


def test_in_lambda_no_provider_is_made_for_the_rotator(recorder: Recorder) -> None:
    declare(recorder, consumers={"acme/web": {"pull": ["ci/*"]}}, caches={}, runners={})
    assert recorder.of_type(_PROVIDER) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rotation": {}}, "^rotation.job: missing; the backend gitlab needs the project"),
        (
            {"rotation_backend": RotationBackend.LAMBDA},
            "^rotation.job: got settings of a GitLab job, but the rotator runs in Lambda",
        ),
        (
            {"rotation": {**_IN_GITLAB["rotation"], "log_retention_days": 7}},
            "^rotation.log_retention_days: is of the backend",
        ),
        ({"rotation": {**_IN_GITLAB["rotation"], "interval": "45 minutes"}}, "^rotation.interval: got 45 minutes"),
        ({"rotation": {"job": {"project": "acme/x"}}}, r"^rotation.job.id: missing"),
    ],
)
def test_settings_of_the_other_backend_are_refused(recorder: Recorder, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        declare(recorder, **{**_IN_GITLAB, **changes})
