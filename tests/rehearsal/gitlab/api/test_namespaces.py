from collections.abc import Callable
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

Connect = Callable[[str], python_gitlab.Gitlab]


def test_python_gitlab_walks_the_tree(emulator: GitLab, connect: Connect) -> None:
    emulator.create_project("acme/tools", id=77)
    emulator.create_group("acme/platform/deep")
    client = connect(emulator.create_token("owner", ["api"], group="acme"))
    client.auth()
    assert client.user
    assert client.user.username.startswith("group_")
    assert client.version()[0].startswith("19.")
    acme = client.groups.get("acme")
    assert [group.full_path for group in acme.subgroups.list(get_all=True)] == ["acme/platform"]
    descendants = acme.descendant_groups.list(get_all=True)
    assert {group.full_path for group in descendants} == {"acme/platform", "acme/platform/deep"}
    assert [project.id for project in acme.projects.list(get_all=True)] == [77]
    everything = acme.projects.list(include_subgroups=True, get_all=True)
    assert {project.path_with_namespace for project in everything} == {"acme/tools", "acme/platform/app"}
    project = client.projects.get("acme/platform/app")
    assert project.namespace["full_path"] == "acme/platform"
    assert client.groups.get(project.namespace["parent_id"]).full_path == "acme"
    assert project.permissions == {
        "project_access": None,
        "group_access": {"access_level": 50, "notification_level": 3},
    }


def test_only_root_is_an_administrator(emulator: GitLab, connect: Connect) -> None:
    for name, admin in (("root", True), ("dev", False)):
        client = connect(emulator.create_token(name, ["read_user"], user=name))
        client.auth()
        assert client.user
        assert client.user.attributes.get("is_admin", False) is admin


def test_a_user_lists_the_visible_projects_only(emulator: GitLab, connect: Connect) -> None:
    emulator.create_project("acme/hidden")
    emulator.create_project("acme/old")
    emulator.archive("acme/old")
    client = connect(emulator.create_token("t", ["api"], user="dev", project="acme/platform/app"))
    emulator.create_token("t", ["api"], user="dev", project="acme/old", access_level=20)

    def paths(**asked: Any) -> list[str]:
        return [project.path_with_namespace for project in client.projects.list(get_all=True, **asked)]

    assert paths() == ["acme/old", "acme/platform/app"]
    assert paths(archived=False) == ["acme/platform/app"]
    assert paths(min_access_level=40) == ["acme/platform/app"]
    assert paths(search="OL") == ["acme/old"]


def test_membership_narrows_what_an_administrator_sees(emulator: GitLab, root: Api) -> None:
    assert len(root.decoded("GET", "/projects")[1]) == 1
    assert root.decoded("GET", "/projects?membership=true")[1] == []


def test_lists_come_in_pages_with_gitlabs_headers(emulator: GitLab, connect: Connect, root: Api) -> None:
    for number in range(44):
        emulator.create_project(f"acme/p{number}")
    answer = root("GET", "/projects?membership=false&per_page=20&page=2")
    headers = answer.headers
    assert len(answer.json()) == 20
    names = ("X-Total", "X-Total-Pages", "X-Page", "X-Per-Page", "X-Next-Page", "X-Prev-Page")
    assert [headers[name] for name in names] == ["45", "3", "2", "20", "3", "1"]
    base = f"<{emulator.url}/api/v4/projects?membership=false&page="
    assert headers["Link"] == ", ".join(
        f'{base}{page}&per_page=20>; rel="{name}"'
        for page, name in ((1, "prev"), (3, "next"), (1, "first"), (3, "last"))
    )
    client = connect(emulator.create_token("t", ["api"], user="root"))
    assert len(list(client.projects.list(iterator=True))) == 45
    assert len(client.projects.list(per_page=7, get_all=True)) == 45


@pytest.mark.parametrize(
    ("query", "per_page", "following"),
    [("", "20", ""), ("?per_page=500", "100", ""), ("?per_page=0", "20", ""), ("?page=9", "20", "")],
)
def test_pages_have_bounds(root: Api, query: str, per_page: str, following: str) -> None:
    headers = root("GET", f"/projects{query}").headers
    assert (headers["X-Per-Page"], headers["X-Next-Page"]) == (per_page, following)


def test_a_page_that_is_not_a_number_is_refused(root: Api) -> None:
    assert root.decoded("GET", "/projects?page=two") == (400, {"error": "page is invalid"})


def test_links_never_repeat_a_token(emulator: GitLab, root: Api) -> None:
    token = emulator.create_token("t", ["api"], user="root")
    assert token not in str(root("GET", f"/projects?private_token={token}").headers)


def test_a_test_cannot_use_an_id_or_a_path_twice(emulator: GitLab) -> None:
    with pytest.raises(ValueError, match="is taken"):
        emulator.create_group("acme/Platform")
    emulator.create_project("acme/one", id=7)
    with pytest.raises(ValueError, match="id: 7 is taken"):
        emulator.create_project("acme/two", id=7)
    with pytest.raises(ValueError, match="a project lies in a group"):
        emulator.create_project("alone")
    with pytest.raises(ValueError, match="there is no group or project"):
        emulator.archive("none")
    with pytest.raises(ValueError, match="write 'project'"):
        emulator.set_variable("group", "acme/one", "A", "x")


def test_python_gitlab_lists_protected_branches_and_tags(emulator: GitLab, connect: Connect) -> None:
    emulator.protect_branch("acme/platform/app", "release/*")
    emulator.protect_tag("acme/platform/app", "v*")
    project = connect(emulator.create_token("t", ["api"], group="acme")).projects.get("acme/platform/app")
    assert [branch.name for branch in project.protectedbranches.list(get_all=True)] == ["release/*"]
    assert project.protectedbranches.get("release/*").push_access_levels[0]["access_level"] == 40
    assert [tag.name for tag in project.protectedtags.list(get_all=True)] == ["v*"]
    with pytest.raises(python_gitlab.GitlabGetError, match="404 Not found"):
        project.protectedtags.get("none")


def test_a_deleted_group_can_be_restored_with_all_that_was_in_it(emulator: GitLab, maintainer: Api) -> None:
    emulator.set_variable("project", "acme/platform/app", "KEY", "kept")
    number = emulator._state.store.at("acme/platform/app").id
    emulator.delete("acme/platform")
    with pytest.raises(ValueError, match="no group or project 'acme/platform'"):
        emulator.archive("acme/platform")
    emulator.restore("acme/platform")
    assert emulator._state.store.at("acme/platform/app").id == number
    assert emulator.variable("project", "acme/platform/app", "KEY") is not None
    with pytest.raises(ValueError, match="no group or project 'acme/platform' was deleted"):
        emulator.restore("acme/platform")


def test_metadata_holds_the_version_and_more(emulator: GitLab, connect: Connect) -> None:
    api = connect(emulator.create_token("t", ["read_user"], user="dev"))
    message = api.http_get("/metadata")
    assert isinstance(message, dict)
    assert (message["version"], message["enterprise"], message["kas"]["enabled"]) == (api.version()[0], True, False)


def test_projects_are_paged_by_keyset_and_other_lists_are_not(emulator: GitLab, connect: Connect) -> None:
    for number in range(5):
        emulator.create_project(f"acme/many/{number}", id=number + 1)
    client = connect(emulator.create_token("t", ["api"], user="root"))
    paged = client.projects.list(pagination="keyset", order_by="id", per_page=2, iterator=True)
    assert [project.id for project in paged][1:] == [5, 4, 3, 2, 1]
    for refused in ("/groups", "/projects/1/variables", "/runners", "/projects?order_by=name"):
        with pytest.raises(python_gitlab.GitlabHttpError, match="Keyset pagination is not yet available") as raised:
            client.http_list(refused, {"pagination": "keyset"}, get_all=True)
        assert raised.value.response_code == 405
