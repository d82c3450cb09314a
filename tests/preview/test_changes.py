"""A note's lines about single changes, as the real provider shows them, with all their noise."""

from pathlib import Path
from typing import Any

import pytest
from iam_json import policy
from previews import ACCESS, ROLE, ROLE_POLICY, allow, arn, declaration, preview_json, stack, step

from components.iam.actions import PULL_ACTIONS
from components.preview import note as preview_note
from components.preview import reading as preview
from components.preview.subjects import FIRST_ROTATION, FUNCTION

REPOSITORY = "aws:ecr/repository:Repository"
REPOSITORY_POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"
_HELD = declaration(["ci/python"], **{"acme/web": {"kind": "project", "pull": ["ci/python"]}})


def note(*steps: dict[str, Any]) -> str:
    return preview_note.note(preview.read(preview_json(stack(declaration=_HELD), *steps)))


def updated(type_: str, reasons: list[str], old: dict[str, Any], new: dict[str, Any], name: str = "x") -> str:
    return note(step("update", type_, name, old=old, new=new, reasons=reasons))


def _adoption(*ops: str, reasons: list[str]) -> str:
    imported = {"op": "import", **{key: value for key, value in step("create", REPOSITORY, "r").items() if key != "op"}}
    later = [
        step(
            op,
            REPOSITORY,
            "r",
            old={"name": "old/app"},
            new={"name": "old/app", "imageTagMutability": "IMMUTABLE"},
            reasons=reasons,
        )
        for op in ops
    ]
    imported["newState"]["inputs"] = {"name": "old/app", "imageTagMutability": "IMMUTABLE"}
    return note(imported, *later)


def test_an_adoption_names_what_it_changes_in_bold() -> None:
    words = _adoption("update", reasons=["imageTagMutability", "tagsAll"])
    assert "- **adopts repository** `old/app`, and changes **`imageTagMutability`** to `IMMUTABLE`, **`tags`**" in words
    assert "1 **to adopt**" in words
    assert "Other updates" not in words


@pytest.mark.parametrize("ops", [("replace",), ("create-replacement", "replace", "delete-replaced")])
def test_an_adoption_that_replaces_says_so_first(ops: tuple[str, ...]) -> None:
    words = _adoption(*ops, reasons=["encryptionConfigurations"])
    assert "- **adopts repository** `old/app`, and **replaces it** (refused while images are in it)" in words
    assert "because of `encryptionConfigurations`" in words


def test_an_adoption_that_changes_nothing_says_so() -> None:
    assert "- **adopts repository** `old/app`, which already has the declared settings" in _adoption(reasons=[])


@pytest.mark.parametrize(
    ("statement", "who"),
    [
        ({"Principal": {"AWS": "arn:aws:iam::210987654321:root"}}, "account `210987654321`"),
        ({"Principal": {"AWS": "210987654321"}}, "account `210987654321`"),
        ({"Principal": {"AWS": "arn:aws-cn:iam::210987654321:root"}}, "account `210987654321`"),
        (
            {"Principal": {"AWS": "*"}, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
            "organization `o-a1b2c3d4e5`",
        ),
        (
            {"Principal": "*", "Condition": {"ForAnyValue:StringLike": {"AWS:principalorgid": ["o-a1b2c3d4e5"]}}},
            "organization `o-a1b2c3d4e5`",
        ),
        (
            {
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:lambda:eu-central-1:210987654321:function:*"}},
            },
            "service `lambda.amazonaws.com`",
        ),
        ({"Principal": {"AWS": "arn:aws:iam::210987654321:role/ci"}}, "principal `arn:aws:iam::210987654321:role/ci`"),
        ({"Principal": "*"}, "everybody `on the internet with an AWS account`"),
    ],
)
def test_a_grant_in_a_repository_policy_is_a_right_that_somebody_gains_or_loses(
    statement: dict[str, Any], who: str
) -> None:
    granted = {**allow([*PULL_ACTIONS], []), **statement}
    del granted["Resource"]
    inputs = {"repository": "secret/tools", "policy": policy(granted)}
    made = note(step("create", REPOSITORY_POLICY, "p", new=inputs))
    gone = note(step("delete", REPOSITORY_POLICY, "p", old=inputs))
    assert f"- {who} may now **pull** `secret/tools`" in made
    assert f"- {who} **may no longer pull** `secret/tools`" in gone
    assert "nobody gains" not in made + gone


def test_the_words_nobody_gains_or_loses_never_appear_beside_a_change_of_iam() -> None:
    trust = policy({**allow("sts:AssumeRole", []), "Principal": {"AWS": "arn:aws:iam::210987654321:root"}})
    for made in (
        step(
            "update",
            ROLE,
            "r",
            old={"name": "r", "assumeRolePolicy": "{}"},
            new={"name": "r", "assumeRolePolicy": trust},
        ),
        step(
            "create",
            "aws:ecr/registryPolicy:RegistryPolicy",
            "p",
            new={"policy": policy(allow("ecr:ReplicateImage", arn("*")))},
        ),
        step("create", "aws:lambda/permission:Permission", "p", new={"principal": "s3.amazonaws.com", "action": "x"}),
    ):
        assert "nobody gains or loses a right" not in note(made)
    assert "nobody gains or loses a right" in note(step("create", "aws:sns/topic:Topic", "t", new={"name": "t"}))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (3600, 43200, "sessions last **12 hours** at most, before 1 hour"),
        (None, 7200, "sessions last **2 hours** at most, before 1 hour"),
        (5400, None, "sessions last **1 hour** at most, before 1 hour 30 minutes"),
        (3600.0, 3600, ""),
    ],
)
def test_the_note_shows_the_length_of_a_roles_sessions(before: Any, after: Any, words: str) -> None:
    old, new = ({"name": "r", "maxSessionDuration": value} for value in (before, after))
    text = updated(ROLE, ["maxSessionDuration"], old, new)
    assert (f"role `r`: {words}" in text) if words else ("sessions" not in text)
    assert "Other updates" not in text


def test_the_note_shows_the_boundary_of_a_role_and_of_a_user() -> None:
    for type_, kind in ((ROLE, "role"), ("aws:iam/user:User", "user")):
        gone = updated(type_, ["permissionsBoundary"], {"name": "r", "permissionsBoundary": "arn:x"}, {"name": "r"})
        assert f"- {kind} `r`: **loses its permissions boundary**" in gone
        changed = updated(type_, ["permissionsBoundary"], {"name": "r"}, {"name": "r", "permissionsBoundary": "arn:y"})
        assert f"- {kind} `r`: permissions boundary is now `arn:y`" in changed


def test_any_other_change_of_a_role_is_named() -> None:
    text = updated(ROLE, ["forceDetachPolicies", "path", "tagsAll"], {"name": "r"}, {"name": "r"})
    assert "- role `r`: `forceDetachPolicies`, `path`, `tags`" in text


def test_descriptions_and_tags_are_folded_and_tags_named_once() -> None:
    text = updated(ROLE, ["description", "tags", "tagsAll"], {"name": "r"}, {"name": "r"})
    shown, _, folded = text.partition("<details><summary>Descriptions and tags</summary>")
    assert "role" not in shown.partition("mermaid")[0]
    assert "- role `r`: `description`, `tags`\n" in folded


def test_the_note_lists_the_clients_of_an_openid_connect_provider_only_if_they_change() -> None:
    type_ = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    inputs = {"url": "https://gitlab.com", "clientIdLists": ["https://gitlab.com"]}
    assert "accepts" not in updated(type_, ["tags", "tagsAll"], inputs, inputs)
    assert "`thumbprintLists`" in updated(type_, ["thumbprintLists"], inputs, inputs)
    assert "AWS accepts its tokens for `https://gitlab.com`" in updated(type_, ["clientIdLists"], inputs, inputs)


def test_what_comes_with_every_change_is_folded_and_not_counted() -> None:
    function = {"name": "gitlab-ecr-prod-rotator", "code": 1}
    text = note(
        step(
            "update", "aws:lambda/function:Function", "f", old=function, new=function, reasons=["code", "lastModified"]
        ),
        step("replace", "aws:lambda/invocation:Invocation", "i", old={}, new={}, reasons=["triggers"]),
    )
    shown, _, folded = text.partition("<details><summary>What comes with every change of access</summary>")
    assert "replace" not in shown
    assert "lastModified" not in text
    assert "- the code and the plan of `gitlab-ecr-prod-rotator`\n- a rotation at the end of `up`" in folded


def test_more_than_the_code_of_a_function_is_an_update() -> None:
    function = {"name": "f"}
    text = updated("aws:lambda/function:Function", ["code", "timeout", "qualifiedArn"], function, function)
    assert "- function `f`: `code`, `timeout`\n" in text


def test_components_are_never_named_or_counted() -> None:
    component = "gitlab-ecr:index:PullUser"
    text = note(
        step("delete", component, "access-user-acme/legacy", old={}),
        step("update", ACCESS, "access", old={"declaration": _HELD}, new={"declaration": _HELD}),
    )
    assert "pull user" not in text
    assert "\nNo resource changes, 1 unchanged.\n" in text


def test_a_provider_is_not_a_resource_and_its_token_is_not_a_change() -> None:
    """A preview without a GitLab token has another one than the deployment before it."""
    provider = "pulumi:providers:gitlab"
    text = updated(provider, ["token"], {"token": "a"}, {"token": "b"}, name="gitlab")
    assert "\nNo resource changes, 1 unchanged.\n" in text
    assert "`token`" not in text
    for made in (step("create", provider, "gitlab", new={}), step("delete", provider, "gitlab", old={})):
        assert "\nNo resource changes, 1 unchanged.\n" in note(made)


def test_a_provider_that_talks_to_another_gitlab_is_named() -> None:
    text = updated("pulumi:providers:gitlab", ["baseUrl", "token"], {"baseUrl": "a"}, {"baseUrl": "b"}, name="gitlab")
    assert "- GitLab provider `gitlab`: `baseUrl`, `token`\n" in text


@pytest.mark.parametrize(
    ("type_", "inputs", "words"),
    [
        (
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            {"functionName": "gitlab-ecr-prod-rotator"},
            "**deletes retries of function** `gitlab-ecr-prod-rotator`",
        ),
        (
            "aws:lambda/invocation:Invocation",
            {"functionName": "gitlab-ecr-prod-rotator"},
            "**deletes first rotation** `gitlab-ecr-prod-rotator`",
        ),
        (
            "aws:ecr/registryPolicy:RegistryPolicy",
            {"region": "eu-central-1", "policy": "{}"},
            "**deletes registry policy** `eu-central-1`",
        ),
        (
            "aws:ecr/replicationConfiguration:ReplicationConfiguration",
            {"region": "eu-central-1"},
            "**deletes replication of the registry** `eu-central-1`",
        ),
    ],
)
def test_a_removed_resource_is_named_by_its_owner_and_not_by_the_program(
    type_: str, inputs: dict[str, Any], words: str
) -> None:
    assert f"- {words}" in note(step("delete", type_, "access-some-name-of-the-program", old=inputs))


def test_variables_are_named_by_key_and_owner() -> None:
    variable = "gitlab:index/projectVariable:ProjectVariable"
    steps = [
        step("delete", variable, f"v-{key}", old={"key": key, "project": "acme/legacy"}) for key in ("A_KEY", "B_KEY")
    ]
    assert "- **deletes project variable** `A_KEY`, `B_KEY` of `acme/legacy`" in note(*steps)
    inputs = {"key": "A_KEY", "project": "acme/legacy"}
    assert "- project variable `A_KEY` of `acme/legacy`: `masked`" in updated(variable, ["masked"], inputs, inputs)


def test_a_policy_that_is_deleted_with_its_holder_is_not_listed_twice() -> None:
    text = note(
        step("delete", "aws:iam/user:User", "u", old={"name": "robot"}),
        step("delete", "aws:iam/userPolicy:UserPolicy", "u", old={"user": "robot", "policy": policy()}),
        step("delete", ROLE_POLICY, "p", old={"role": "stays", "policy": policy()}),
    )
    assert "- **deletes user** `robot`" in text
    assert "user policy" not in text
    assert "- **deletes role policy** `stays`" in text


def test_a_changed_lifecycle_policy_is_an_update_although_the_provider_replaces_it() -> None:
    inputs = {"repository": "ci/python", "policy": "{}"}
    type_ = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
    text = note(step("replace", type_, "l", old=inputs, new=inputs, reasons=["policy"]))
    assert "- lifecycle policy `ci/python`: `policy`" in text
    assert "replace" not in text
    moved = note(step("replace", type_, "l", old=inputs, new=inputs, reasons=["repository"]))
    assert "**replaces lifecycle policy** `ci/python`, because of `repository`" in moved


@pytest.mark.parametrize("retained", [True, False])
def test_a_resource_that_leaves_the_stack_and_stays_in_aws_is_not_called_deleted(retained: bool) -> None:
    gone = step("delete", REPOSITORY, "r", old={"name": "ci/imported"})
    gone["oldState"]["retainOnDelete"] = retained
    words = note(gone)
    left = "**No longer in the stack, and left as it is**\n\n- repository `ci/imported`, with its images\n"
    assert (left in words) is retained
    assert ("- **deletes repository** `ci/imported`" in words) is not retained
    assert ("1 to leave as it is" in words) is retained
    assert ("1 **to delete**" in words) is not retained


def test_an_upgrade_that_changes_the_code_alone_has_the_note_of_the_page() -> None:
    code = step(
        "update",
        FUNCTION,
        "f",
        old={"name": "gitlab-ecr-prod-rotator"},
        new={"name": "gitlab-ecr-prod-rotator"},
        reasons=["code"],
    )
    rotation = step("replace", FIRST_ROTATION, "r", reasons=["triggers"])
    words = preview_note.note(preview.read(preview_json(stack(), code, rotation, same=68)))
    page = (Path(__file__).parents[2] / "docs" / "upgrading.md").read_text()
    assert f"```text\n{words.partition('-->')[2].strip()}\n```" in page
