from typing import Any

import pulumi
import pytest

from components.consumers import derivation as consumers
from components.consumers.key_life import key_life
from components.contract import plan as plans
from components.names.access import Access
from components.names.naming import Names
from components.registry_access import RegistryAccess
from validation.recorder import Recorder

_NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")
_REPOSITORIES = ["app", "ci/node"]
_KEYS: dict[str, Any] = {"access": Access.ACCESS_KEYS, "pull": ["app"], "long_lived_keys": True}
_ALL: dict[str, Any] = {
    "acme/web": {"pull": ["ci/*"], "push": ["app"], "id": 7, "namespace_id": 2, "environment_scopes": ["a", "b"]},
    "acme/old": _KEYS,
    "acme/docs": {"access": Access.STATIC, "auths": {"r.io": {"username": "u", "password": "fake-password"}}},
    "acme/tools": {"push": ["ci/node"], "id": 8, "namespace_id": 2, "branches": ["main"], "tags": ["v*"]},
}


def test_the_plan_holds_what_is_rotated_and_nothing_else() -> None:
    plan = consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, _ALL)
    assert [(target.owner, target.path, target.environment_scope) for target in plan.targets] == [
        ("7", "acme/web", "a"),
        ("7", "acme/web", "b"),
    ]
    assert {target.audience for target in plan.targets} == {"acme/web"}
    assert list(plan.audiences) == ["acme/web"]
    assert (plan.audiences["acme/web"].inside, plan.audiences["acme/web"].outside) == ("ci/node", "app")
    assert plans.loads(plans.dumps(plan)) == plan


def test_the_plan_holds_the_user_and_the_one_pair_of_each_consumer_with_access_keys() -> None:
    declared: Any = {**_ALL, "acme/g": {**_KEYS, "kind": "group", "id": 9, "environment_scopes": ["e2e"]}}
    life = key_life("10 days", "6 hours")
    users = consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, declared, life=life).key_users
    assert [(user.name, user.owner_kind.value, user.owner) for user in users] == [
        ("project acme/old access keys", "project", "acme/old"),
        ("group acme/g access keys (e2e)", "group", "9"),
    ]
    assert (users[0].user, users[0].arn) == (_NAMES.pull_user_name("acme/old"), _NAMES.pull_user_arn("acme/old"))
    assert users[0].flags == plans.Flags(
        variable_type=plans.VariableType.ENV_VAR, masked=True, protected=True, raw=True, hidden=False
    )
    assert (users[0].max_age_minutes, users[0].grace_minutes) == (14_400, 360)


@pytest.mark.parametrize(
    ("pull", "inside"),
    [(["shared/*", "ci/*"], "ci/node"), (["shared/*", "shared/base"], "shared/base"), (["s/*"], None)],
)
def test_a_token_is_tried_on_a_repository_that_the_declaration_names(pull: list[str], inside: str | None) -> None:
    registries = [{"account": "210987654321", "region": "eu-central-1"}]
    consumer: Any = {"acme/web": {"pull": pull, "registries": registries}}
    assert consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, consumer).audiences["acme/web"].inside == inside


def test_the_plan_wants_the_flags_that_the_variable_was_made_with() -> None:
    flags = {"hidden": True, "protected": True, "variable_type": "env_var"}
    plan = consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, {"acme/web": {"pull": ["app"], **flags}})  # pyright: ignore[reportArgumentType] - options by name
    assert plan.targets[0].flags == plans.Flags(
        variable_type=plans.VariableType.ENV_VAR, masked=True, protected=True, raw=True, hidden=True
    )


def test_jobs_that_push_are_pinned_to_ids_where_they_are_declared() -> None:
    assert consumers.jobs({}, {**_ALL, "acme/plain": {"push": ["app"], "branches": ["main"]}}) == {
        "acme/web": {
            "project": "acme/web",
            "push": ["app"],
            "pull": ["ci/*"],
            "project_id": "7",
            "namespace_id": "2",
        },
        "acme/tools": {
            "project": "acme/tools",
            "push": ["ci/node"],
            "project_id": "8",
            "namespace_id": "2",
            "branches": ["main"],
            "tags": ["v*"],
        },
        "acme/plain": {"project": "acme/plain", "push": ["app"], "branches": ["main"]},
    }


def test_jobs_that_only_pull_say_where_from_and_push_nothing() -> None:
    theirs = {"account": "210987654321", "region": "eu-west-1"}
    consumer: Any = {
        "access": Access.JOB_ROLE,
        "pull": ["ci/*"],
        "registries": [theirs],
        "caches": ["quay"],
        "id": 7,
        "namespace_id": 2,
        "unprotected_refs": True,
    }
    assert consumers.jobs({}, {"acme/e2e": consumer}) == {
        "acme/e2e": {
            "project": "acme/e2e",
            "push": [],
            "pull": ["ci/*"],
            "registries": [theirs],
            "caches": ["quay"],
            "unprotected_refs": True,
            "project_id": "7",
            "namespace_id": "2",
        }
    }
    assert consumers.audiences({"acme/e2e": consumer}) == {}
    assert consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, {"acme/e2e": consumer}).targets == ()


def test_the_trust_holds_no_id_of_a_self_managed_gitlab() -> None:
    gitlab: Any = {"url": "https://gitlab.example.com"}
    pusher: Any = {"push": ["app"], "id": 7, "namespace_id": 2, "branches": ["main"]}
    assert consumers.jobs(gitlab, {"acme/web": pusher}) == {
        "acme/web": {"project": "acme/web", "push": ["app"], "branches": ["main"]}
    }


def test_the_issuer_is_the_instance() -> None:
    assert consumers.issuer({"url": "https://gitlab.example.com/"}) == {
        "url": "https://gitlab.example.com",
        "audience": "https://gitlab.example.com",
        "existing_provider": False,
        "thumbprints": [],
        "trusts_forks": False,
    }
    assert consumers.issuer({"trusts_forks": True}).get("trusts_forks") is True
    assert consumers.issuer({"id_token_audience": "aws"}).get("audience") == "aws"


@pytest.mark.parametrize("url", ["http://gitlab.example.com", "gitlab.example.com", "https://u:p@gitlab.example.com"])
def test_a_url_that_would_leak_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"^url: got"):
        consumers.gitlab_url({"url": url})


def _declare(consumers: dict[str, Any] = _ALL) -> None:
    pulumi.runtime.test(
        lambda: (
            RegistryAccess(
                "access",
                {
                    "account": _NAMES.account,
                    "region": _NAMES.region,
                    "prefix": _NAMES.prefix,
                    "stack": "prod",
                    "repositories": {name: {} for name in _REPOSITORIES},
                    "consumers": consumers,
                },
            )
            and None
        )
    )()


def test_each_form_of_access_gets_its_identity_and_its_variables(recorder: Recorder) -> None:
    _declare()
    roles = [role.inputs for role in recorder.of_type("aws:iam/role:Role")]
    assert sorted(role["name"] for role in roles if role["path"].endswith(("/pull/", "/push/"))) == [
        "gitlab-ecr-pull-acme-web-86f279ce-g1",
        "gitlab-ecr-push-acme-tools-aa5efc70",
        "gitlab-ecr-push-acme-web-86f279ce",
    ]
    assert recorder.one("aws:iam/user:User").name == "access-user-acme/old"
    assert recorder.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").inputs["url"] == "https://gitlab.com"
    variables = recorder.of_type("gitlab:index/projectVariable:ProjectVariable")
    assert sorted(found.name.removeprefix("access-variables-") for found in variables) == [
        "acme/docs:DOCKER_AUTH_CONFIG:*",
        "acme/old:AWS_ACCESS_KEY_ID:*",
        "acme/old:AWS_DEFAULT_REGION:*",
        "acme/old:AWS_SECRET_ACCESS_KEY:*",
        "acme/tools:AWS_ROLE_ARN:*",
        "acme/tools:ECR_REGISTRY:*",
        "acme/tools:ECR_REPOSITORY_CI_NODE:*",
        "acme/web:AWS_ROLE_ARN:*",
        "acme/web:DOCKER_AUTH_CONFIG:a",
        "acme/web:DOCKER_AUTH_CONFIG:b",
        "acme/web:ECR_REGISTRY:*",
        "acme/web:ECR_REPOSITORY_APP:*",
    ]
    assert {frozenset(found.secret_inputs) for found in variables} == {frozenset({"value"})}
    assert {found.parent for found in variables} == {"access-variables"}


def test_a_fixed_password_is_in_no_plain_input_and_no_output(recorder: Recorder) -> None:
    _declare()
    plain = [
        {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        for resource in recorder.resources
    ]
    assert "fake-password" not in repr((plain, recorder.outputs))
    assert "dTpmYWtlLXBhc3N3b3Jk" not in repr((plain, recorder.outputs))


def _registries(count: int) -> list[dict[str, str]]:
    return [{"account": f"{number:012}", "region": "eu-central-1"} for number in range(count)]


@pytest.mark.parametrize(
    ("registries", "words"),
    [
        (3, "consumers.acme/web: its value may be 7,697 "),
        (4, "consumers.acme/web: its value will be 10,259"),  # which only an older GitLab would not hold
    ],
)
def test_a_value_that_may_become_too_long_is_a_warning_in_every_preview(
    registries: int, words: str, first_preview: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    _declare({"acme/web": {"pull": ["ci/*"], "registries": _registries(registries)}})
    assert [line[: len(words)] for line in said] == [words]


_READER: Any = {"access": Access.JOB_SECRET, "pull": ["ci/*"], "id": 7, "namespace_id": 2, "generation": 2}
_KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def test_a_consumer_whose_jobs_read_their_login_has_a_role_for_it_and_an_audience() -> None:
    declared: Any = {"acme/web": {**_READER, "kms_key": _KEY, "branches": ["main"]}}
    assert consumers.secret_roles({}, declared) == {
        "acme/web": {
            "project": "acme/web",
            "audience": "acme/web",
            "kms_key": _KEY,
            "branches": ["main"],
            "project_id": "7",
            "namespace_id": "2",
        }
    }
    assert consumers.jobs({}, declared) == {}
    assert dict(consumers.audiences(declared)["acme/web"])["generation"] == 2
    plan = consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, declared)
    assert plan.secrets == (plans.SecretTarget(f"{_NAMES.prefix}/audience/acme/web", "acme/web", _KEY),)
    assert plan.audiences["acme/web"].role_arn == _NAMES.pull_role_arn("acme/web", 2)
    assert (plan.targets, plan.key_users, plan.gitlab) == ((), (), None)


@pytest.mark.parametrize(
    "beside",
    [
        {"pull": ["app"]},
        {"access": Access.ACCESS_KEYS, "pull": ["app"], "long_lived_keys": True},
    ],
)
def test_the_plan_names_gitlab_as_soon_as_anything_is_written_there(beside: Any) -> None:
    plan = consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, {"acme/web": _READER, "acme/other": beside})
    assert plan.gitlab is not None
    assert len(plan.secrets) == 1


def test_the_plan_of_a_stack_that_only_pushes_names_gitlab() -> None:
    pusher: Any = {"push": ["app"], "id": 7, "namespace_id": 2}
    assert consumers.plan(_NAMES, "prod", {}, _REPOSITORIES, {"acme/web": pusher}).gitlab is not None


def test_a_push_role_never_trusts_the_unprotected_refs_that_may_read() -> None:
    both: Any = {"acme/web": {**_READER, "push": ["app"], "unprotected_refs": True, "branches": ["main"]}}
    pushes, reads = dict(consumers.jobs({}, both)["acme/web"]), dict(consumers.secret_roles({}, both)["acme/web"])
    assert (pushes.get("unprotected_refs"), pushes.get("branches")) == (None, ["main"])
    assert (reads.get("unprotected_refs"), reads.get("branches")) == (True, None)


def test_the_trust_of_a_reader_holds_no_id_of_a_self_managed_gitlab() -> None:
    declared: Any = {"acme/web": {**_READER, "branches": ["a"]}}
    role = consumers.secret_roles({"url": "https://gitlab.example.com"}, declared)
    assert role["acme/web"] == {"project": "acme/web", "audience": "acme/web", "branches": ["a"]}
