from collections.abc import Callable
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

Http = Callable[[str | None], Api]


@pytest.fixture
def project_id(root: Api) -> int:
    return root.decoded("GET", "/projects/acme%2Fplatform%2Fapp")[1]["id"]


def test_python_gitlab_creates_verifies_shows_and_removes_a_runner(
    emulator: GitLab, connect: Callable[[str], python_gitlab.Gitlab], project_id: int
) -> None:
    client = connect(emulator.create_token("t", ["api"], user="dev", group="acme"))
    client.auth()
    assert client.user
    created = client.user.runners.create(
        {
            "runner_type": "project_type",
            "project_id": project_id,
            "tag_list": "a,b",
            "run_untagged": False,
            "description": "builds",
        }
    )
    assert created.token.startswith("glrt-fake-")
    assert created.token_expires_at is None
    client.runners.verify(created.token)
    shown = client.runners.get(created.id)
    assert (shown.runner_type, shown.tag_list, shown.run_untagged) == ("project_type", ["a", "b"], False)
    assert shown.projects[0]["id"] == project_id
    assert not hasattr(shown, "token")
    shown.delete()
    with pytest.raises(python_gitlab.GitlabVerifyError):
        client.runners.verify(created.token)


def test_a_runner_verifies_and_removes_itself_by_its_token(root: Api, http: Http) -> None:
    created = root.decoded("POST", "/user/runners", json={"runner_type": "instance_type"})[1]
    nobody = http(None)
    assert nobody.decoded("POST", "/runners/verify", json={"token": created["token"], "system_id": "s"}) == (
        200,
        created,
    )
    assert nobody("DELETE", "/runners", json={"token": created["token"]}).status == 204
    assert nobody.decoded("POST", "/runners/verify", json={"token": created["token"]}) == (
        403,
        {"message": "403 Forbidden"},
    )


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [
        ({"user": "root"}, {"runner_type": "instance_type"}, 201),
        ({"group": "acme"}, {"runner_type": "instance_type"}, 403),
        ({"group": "acme"}, {"runner_type": "group_type", "group_id": "GROUP"}, 201),
        ({"group": "acme", "access_level": 40}, {"runner_type": "group_type", "group_id": "GROUP"}, 403),
        ({"project": "acme/platform/app"}, {"runner_type": "project_type", "project_id": "PROJECT"}, 201),
        (
            {"project": "acme/platform/app", "access_level": 30},
            {"runner_type": "project_type", "project_id": "PROJECT"},
            403,
        ),
    ],
)
def test_who_may_create_which_runner_depends_on_the_role(
    emulator: GitLab, root: Api, token: dict[str, Any], sent: dict[str, Any], status: int
) -> None:
    ids = {
        "PROJECT": root.decoded("GET", "/projects/acme%2Fplatform%2Fapp")[1]["id"],
        "GROUP": root.decoded("GET", "/groups/acme")[1]["id"],
    }
    wanted = {key: ids.get(value, value) for key, value in sent.items()}
    for scope in ("api", "create_runner"):
        with Api(emulator.url, emulator.create_token("t", [scope], **token)) as api:
            got, body = api.decoded("POST", "/user/runners", json=wanted)
        assert got == status
        if status == 403:
            assert body == {"message": "403 Forbidden - Insufficient permissions"}


def test_tags_are_accepted_as_a_list_or_separated_by_commas(root: Api) -> None:
    tags: Any
    for tags in (["a", "b"], "a, b"):
        sent = {"runner_type": "instance_type", "tag_list": tags}
        number = root.decoded("POST", "/user/runners", json=sent)[1]["id"]
        assert root.decoded("GET", f"/runners/{number}")[1]["tag_list"] == ["a", "b"]
    number = root.decoded("POST", "/user/runners?runner_type=instance_type&tag_list[]=a&tag_list[]=b")[1]["id"]
    assert root.decoded("GET", f"/runners/{number}")[1]["tag_list"] == ["a", "b"]


def test_a_read_scope_creates_no_runner(emulator: GitLab, http: Http) -> None:
    api = http(emulator.create_token("t", ["read_api"], user="root"))
    assert (
        api.decoded("POST", "/user/runners", json={"runner_type": "instance_type"})[1]["scope"] == "api create_runner"
    )


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        ({}, {"error": "runner_type is missing, runner_type does not have a valid value"}),
        ({"runner_type": "shared"}, {"error": "runner_type does not have a valid value"}),
        ({"runner_type": "group_type"}, {"error": "group_id is missing"}),
        ({"runner_type": "project_type"}, {"error": "project_id is missing"}),
        (
            {"runner_type": "project_type", "project_id": 1},
            {"message": "400 Bad request - Missing/invalid scope"},
        ),
        (
            {"runner_type": "instance_type", "run_untagged": False},
            {
                "message": "400 Bad request - "
                "Tags list can not be empty when runner is not allowed to pick untagged jobs"
            },
        ),
        (
            {"runner_type": "instance_type", "maximum_timeout": 599},
            {"message": "400 Bad request - Maximum timeout needs to be at least 10 minutes"},
        ),
        (
            {"runner_type": "instance_type", "maintenance_note": "n" * 1025},
            {"message": "400 Bad request - Maintenance note is too long (maximum is 1024 characters)"},
        ),
        (
            {"runner_type": "instance_type", "access_level": "all"},
            {"error": "access_level does not have a valid value"},
        ),
        ({"runner_type": "instance_type", "maximum_timeout": "long"}, {"error": "maximum_timeout is invalid"}),
    ],
)
def test_an_invalid_runner_is_refused_with_gitlabs_message(root: Api, sent: dict[str, Any], body: object) -> None:
    assert root.decoded("POST", "/user/runners", json=sent) == (400, body)


def test_runners_are_shown_to_those_who_manage_them(root: Api, maintainer: Api, project_id: int) -> None:
    shared = root.decoded("POST", "/user/runners", json={"runner_type": "instance_type"})[1]["id"]
    own = maintainer.decoded("POST", "/user/runners", json={"runner_type": "project_type", "project_id": project_id})
    assert maintainer("GET", f"/runners/{own[1]['id']}").status == 200
    assert maintainer.decoded("GET", f"/runners/{shared}") == (403, {"message": "403 Forbidden - No access granted"})
    assert maintainer.decoded("GET", "/runners/1") == (404, {"message": "404 Runner Not Found"})


def test_a_deleted_projects_runners_are_deleted_with_it(
    emulator: GitLab, root: Api, maintainer: Api, http: Http, project_id: int
) -> None:
    sent = {"runner_type": "project_type", "project_id": project_id}
    created = maintainer.decoded("POST", "/user/runners", json=sent)[1]
    emulator.delete("acme/platform/app")
    assert http(None)("POST", "/runners/verify", json={"token": created["token"]}).status == 403


@pytest.fixture
def number(maintainer: Api, project_id: int) -> int:
    sent = {"runner_type": "project_type", "project_id": project_id, "tag_list": ["a"], "maximum_timeout": 900}
    return maintainer.decoded("POST", "/user/runners", json=sent)[1]["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"paused": True},
        {"maintenance_note": "down on Monday"},
        {"tag_list": ["b", "c"]},
        {"tag_list": []},
        {"maximum_timeout": 1200},
        {"maximum_timeout": None},
        {"locked": True, "access_level": "ref_protected", "description": "other"},
    ],
)
def test_only_the_given_options_of_a_runner_are_changed(maintainer: Api, number: int, change: dict[str, Any]) -> None:
    before = maintainer.decoded("GET", f"/runners/{number}")[1]
    status, changed = maintainer.decoded("PUT", f"/runners/{number}", json=change)
    active = {"active": not change["paused"]} if "paused" in change else {}
    assert (status, changed) == (200, {**before, **change, **active})
    assert maintainer.decoded("GET", f"/runners/{number}")[1] == changed


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({}, "are missing, at least one parameter must be provided"),
        ({"maximum_timeout": 599}, {"maximum_timeout": ["needs to be at least 10 minutes"]}),
        ({"maintenance_note": "n" * 1025}, {"maintenance_note": ["is too long (maximum is 1024 characters)"]}),
        (
            {"run_untagged": False, "tag_list": []},
            {"tags_list": ["can not be empty when runner is not allowed to pick untagged jobs"]},
        ),
    ],
)
def test_a_refused_change_leaves_a_runner_as_it_is(
    maintainer: Api, number: int, change: dict[str, Any], body: Any
) -> None:
    before = maintainer.decoded("GET", f"/runners/{number}")[1]
    status, answer = maintainer.decoded("PUT", f"/runners/{number}", json=change)
    assert status == 400
    assert answer.get("message") == body if isinstance(body, dict) else answer["error"].endswith(body)
    assert maintainer.decoded("GET", f"/runners/{number}")[1] == before


def test_only_a_user_who_manages_a_runner_may_change_it(emulator: GitLab, http: Http, number: int) -> None:
    developer = http(emulator.create_token("dev", ["api"], project="acme/platform/app", access_level=30))
    assert developer.decoded("PUT", f"/runners/{number}", json={"paused": True})[0] == 403


def test_python_gitlab_lists_the_runners_that_may_take_a_groups_and_a_projects_jobs(
    emulator: GitLab, root: Api, connect: Callable[[str], python_gitlab.Gitlab], number: int
) -> None:
    group_id = root.decoded("GET", "/groups/acme")[1]["id"]
    of_group = root.decoded("POST", "/user/runners", json={"runner_type": "group_type", "group_id": group_id})[1]["id"]
    shared = root.decoded("POST", "/user/runners", json={"runner_type": "instance_type", "paused": True})[1]["id"]
    client = connect(emulator.create_token("t", ["read_api"], user="root"))
    group, project = client.groups.get("acme"), client.projects.get("acme/platform/app")
    assert [each.id for each in group.runners.list(get_all=True)] == [shared, of_group]
    assert [each.id for each in project.runners.list(get_all=True)] == [shared, of_group, number]
    assert [each.id for each in project.runners.list(type="project_type", get_all=True)] == [number]
    assert [each.id for each in project.runners.list(paused=True, get_all=True)] == [shared]
    assert [each.id for each in project.runners.list(tag_list=["a"], get_all=True)] == [number]
    assert [each.id for each in client.runners_all.list(get_all=True)] == [shared, of_group, number]
    owner = connect(emulator.create_token("o", ["read_api"], group="acme"))
    assert [each.id for each in owner.runners.list(get_all=True)] == [of_group, number]
    with pytest.raises(python_gitlab.GitlabListError, match="403"):
        owner.runners_all.list(get_all=True)
