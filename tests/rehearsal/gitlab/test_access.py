from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

Http = Callable[[str | None], Api]
VARIABLES = "/projects/acme%2Fplatform%2Fapp/variables"
EXPIRED = {
    "error": "invalid_token",
    "error_description": "Token is expired. You can either do re-authorization or token refresh.",
}
REVOKED = {
    "error": "invalid_token",
    "error_description": "Token was revoked. You have to re-authorize from the user.",
}


@pytest.mark.parametrize("token", [None, "glpat-fake-unknown"])
def test_without_a_token_and_with_an_unknown_one_the_answer_is_401(http: Http, token: str | None) -> None:
    assert http(token).decoded("GET", VARIABLES) == (401, {"message": "401 Unauthorized"})


@pytest.mark.parametrize("way", ["private-token", "bearer", "query"])
def test_a_token_is_accepted_in_each_of_three_places(emulator: GitLab, http: Http, way: str) -> None:
    token = emulator.create_token("maintainer", ["api"], project="acme/platform/app")
    headers = {"private-token": {"PRIVATE-TOKEN": token}, "bearer": {"Authorization": f"Bearer {token}"}}
    query = f"?private_token={token}" if way == "query" else ""
    assert http(None)("GET", VARIABLES + query, headers=headers.get(way)).status == 200
    assert token not in repr(emulator.events)


def test_a_token_dies_at_midnight_utc_on_the_day_it_names(emulator: GitLab, http: Http, clock: Any) -> None:
    token = emulator.create_token("short", ["api"], project="acme/platform/app", expires_at="2026-11-23")
    clock.time = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert http(token)("GET", VARIABLES).status == 200
    clock.time = datetime(2026, 11, 23, tzinfo=UTC)
    answer = http(token)("GET", VARIABLES)
    assert (answer.status, answer.json()) == (401, EXPIRED)
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="The API", error="invalid_token"')


def test_a_revoked_token_is_reported_as_revoked(emulator: GitLab, http: Http) -> None:
    api = http(emulator.create_token("gone", ["api"], project="acme/platform/app"))
    emulator.revoke_token("gone")
    answer = api("GET", VARIABLES)
    assert (answer.status, answer.json()) == (401, REVOKED)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_revokes_itself(emulator: GitLab, http: Http) -> None:
    api = http(emulator.create_token("own", ["read_api"], project="acme/platform/app"))
    assert api("DELETE", "/personal_access_tokens/self").status == 204
    assert api.decoded("GET", "/version") == (401, REVOKED)


@pytest.mark.parametrize(
    ("scope", "method", "wanted"),
    [
        ("read_api", "POST", "api"),
        ("read_api", "PUT", "api"),
        ("read_api", "DELETE", "api"),
        ("self_rotate", "GET", "api read_api"),
        ("create_runner", "GET", "api read_api"),
    ],
)
def test_with_too_small_a_scope_the_answer_is_403(
    emulator: GitLab, http: Http, scope: str, method: str, wanted: str
) -> None:
    emulator.set_variable("project", "acme/platform/app", "A", "x")
    api = http(emulator.create_token("small", [scope], project="acme/platform/app"))
    path = VARIABLES if method == "POST" else f"{VARIABLES}/A"
    assert api.decoded(method, path, json={"key": "B", "value": "x"}) == (
        403,
        {
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": wanted,
        },
    )
    assert emulator.variable("project", "acme/platform/app", "A")


def test_read_api_reads(emulator: GitLab, http: Http) -> None:
    assert (
        http(emulator.create_token("reader", ["read_api"], project="acme/platform/app"))("GET", VARIABLES).status == 200
    )


@pytest.mark.parametrize(("level", "status"), [(10, 403), (30, 403), (40, 200), (50, 200)])
def test_project_variables_need_a_maintainer(emulator: GitLab, http: Http, level: int, status: int) -> None:
    token = emulator.create_token("t", ["api"], project="acme/platform/app", access_level=level)
    answer = http(token)("GET", VARIABLES)
    assert answer.status == status
    if status == 403:
        assert answer.json() == {"message": "403 Forbidden"}


@pytest.mark.parametrize(("level", "status"), [(30, 403), (40, 403), (50, 200)])
def test_group_variables_need_an_owner(emulator: GitLab, http: Http, level: int, status: int) -> None:
    token = emulator.create_token("t", ["api"], group="acme", access_level=level)
    for group in ("acme", "acme%2Fplatform"):
        assert http(token)("GET", f"/groups/{group}/variables").status == status


def test_roles_are_inherited_downwards_only(emulator: GitLab, http: Http) -> None:
    emulator.create_project("acme/other")
    api = http(emulator.create_token("t", ["api"], group="acme/platform", access_level=50))
    assert api("GET", VARIABLES).status == 200
    assert api("GET", "/groups/acme%2Fplatform/variables").status == 200
    assert api.decoded("GET", "/projects/acme%2Fother/variables") == (404, {"message": "404 Project Not Found"})
    assert api.decoded("GET", "/groups/acme/variables") == (403, {"message": "403 Forbidden"})


def test_an_invisible_project_or_group_is_404(emulator: GitLab, http: Http) -> None:
    emulator.create_project("secret/app")
    api = http(emulator.create_token("t", ["api"], project="acme/platform/app"))
    for path in ("secret%2Fapp", "none%2Fapp", "999999"):
        for method in ("GET", "POST"):
            assert api.decoded(method, f"/projects/{path}/variables", json={}) == (
                404,
                {"message": "404 Project Not Found"},
            )
    assert api.decoded("GET", "/groups/secret/variables") == (404, {"message": "404 Group Not Found"})


def test_a_user_is_a_member_only_where_a_token_was_made_for_it(emulator: GitLab, http: Http) -> None:
    emulator.create_project("acme/other")
    token = emulator.create_token("t", ["api"], user="dev", project="acme/platform/app", access_level=40)
    assert http(token)("GET", VARIABLES).status == 200
    assert http(token)("GET", "/projects/acme%2Fother").status == 404
    assert http(emulator.create_token("admin", ["api"], user="root"))("GET", "/projects/acme%2Fother").status == 200


def test_a_member_of_a_group_is_a_member_of_everything_below(emulator: GitLab, http: Http) -> None:
    api = http(emulator.create_token("t", ["api"], user="dev"))
    assert api("GET", VARIABLES).status == 404
    emulator.add_member("dev", "acme/platform", 40)
    assert api("GET", VARIABLES).status == 200
    assert api("GET", "/groups/acme%2Fplatform/variables").status == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_variables_of_an_archived_project_are_forbidden(maintainer: Api, emulator: GitLab, method: str) -> None:
    emulator.set_variable("project", "acme/platform/app", "A", "x")
    emulator.archive("acme/platform/app")
    path = VARIABLES if method == "POST" else f"{VARIABLES}/A"
    assert maintainer.decoded(method, path, json={"value": "y"}) == (403, {"message": "403 Forbidden"})
    assert maintainer.decoded("GET", "/projects/acme%2Fplatform%2Fapp")[1]["archived"] is True


def test_a_moved_project_keeps_its_id_and_redirects_reads(
    emulator: GitLab, maintainer: Api, connect: Callable[[str], python_gitlab.Gitlab]
) -> None:
    number = maintainer.decoded("GET", "/projects/acme%2Fplatform%2Fapp")[1]["id"]
    emulator.rename("acme/platform/app", "acme/tools/renamed")
    assert maintainer.decoded("GET", f"/projects/{number}")[1]["path_with_namespace"] == "acme/tools/renamed"
    answer = maintainer("GET", f"{VARIABLES}?per_page=5")
    assert answer.status == 301
    assert answer.headers["Location"] == f"{emulator.url}/api/v4/projects/{number}/variables?per_page=5"
    client = connect(emulator.create_token("t", ["api"], project="acme/tools/renamed"))
    assert client.projects.get("acme/platform/app").path_with_namespace == "acme/tools/renamed"
    assert maintainer.decoded("POST", VARIABLES, json={"key": "A", "value": "x"}) == (
        405,
        {"message": "Non GET methods are not allowed for moved projects"},
    )
    assert maintainer("POST", f"/projects/{number}/variables", json={"key": "A", "value": "x"}).status == 201


def test_a_renamed_group_moves_its_projects_and_loses_its_old_path(emulator: GitLab, owner: Api) -> None:
    emulator.rename("acme/platform", "acme/base")
    assert owner("GET", "/projects/acme%2Fbase%2Fapp").status == 200
    assert owner("GET", VARIABLES).status == 301
    assert owner.decoded("GET", "/groups/acme%2Fplatform") == (404, {"message": "404 Group Not Found"})


def test_a_new_project_takes_over_an_old_path(emulator: GitLab, owner: Api) -> None:
    emulator.rename("acme/platform/app", "acme/platform/renamed")
    number = emulator.create_project("acme/platform/app")
    assert owner.decoded("GET", "/projects/acme%2Fplatform%2Fapp")[1]["id"] == number


def test_paths_compare_without_case(maintainer: Api) -> None:
    assert maintainer("GET", "/projects/Acme%2FPLATFORM%2Fapp/variables").status == 200


def test_a_deleted_projects_tokens_are_deleted_with_it(emulator: GitLab, maintainer: Api, owner: Api) -> None:
    emulator.delete("acme/platform/app")
    assert maintainer.decoded("GET", VARIABLES) == (401, {"message": "401 Unauthorized"})
    assert owner.decoded("GET", VARIABLES) == (404, {"message": "404 Project Not Found"})


def test_everything_below_a_deleted_group_is_deleted(emulator: GitLab, root: Api) -> None:
    emulator.delete("acme")
    assert root.decoded("GET", "/projects")[1] == []
    assert root.decoded("GET", "/groups")[1] == []


def test_an_unknown_route_is_404_and_an_unknown_method_405(maintainer: Api) -> None:
    assert maintainer.decoded("GET", "/nonsense") == (404, {"error": "404 Not Found"})
    assert maintainer.decoded("PATCH", f"{VARIABLES}/A", json={}) == (405, {"message": "405 Method Not Allowed"})
