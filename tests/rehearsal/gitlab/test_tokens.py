from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

Http = Callable[[str | None], Api]
Connect = Callable[[str], python_gitlab.Gitlab]
PROJECT_TOKENS = "/projects/acme%2Fplatform%2Fapp/access_tokens"
SELF = "/personal_access_tokens/self"


def test_python_gitlab_reads_and_rotates_its_own_personal_token(emulator: GitLab, connect: Connect) -> None:
    old = connect(emulator.create_token("mine", ["api"], user="dev", expires_at="2026-12-24"))
    token = old.personal_access_tokens.get("self")
    assert (token.name, token.scopes, token.expires_at, token.active) == ("mine", ["api"], "2026-12-24", True)
    before = token.id
    answer: Any = token.rotate(self_rotate=True, expires_at="2027-01-31")
    assert (answer["expires_at"], answer["scopes"], answer["user_id"]) == ("2027-01-31", ["api"], token.user_id)
    assert answer["id"] != before
    assert connect(answer["token"]).personal_access_tokens.get("self").id == answer["id"]
    with pytest.raises(python_gitlab.GitlabAuthenticationError):
        old.personal_access_tokens.get("self")


@pytest.mark.parametrize("place", ["projects", "groups"])
def test_python_gitlab_manages_access_tokens_of_a_project_and_a_group(
    emulator: GitLab, connect: Connect, place: str
) -> None:
    client = connect(emulator.create_token("person", ["api"], user="dev", group="acme"))
    tokens = getattr(client, place).get("acme/platform/app" if place == "projects" else "acme").access_tokens
    created = tokens.create({"name": "bot", "scopes": ["api"], "expires_at": "2027-01-01", "access_level": 40})
    shown = tokens.get(created.id)
    assert (shown.name, shown.access_level, shown.expires_at) == ("bot", 40, "2027-01-01")
    assert not hasattr(shown, "token")
    shown.rotate(expires_at="2027-02-01")
    assert tokens.get(created.id).revoked is True
    newest = tokens.list(get_all=True)[-1]
    assert (newest.name, newest.expires_at, newest.active) == ("bot", "2027-02-01", True)
    newest.delete()
    assert tokens.get(newest.id).revoked is True


def test_a_project_token_rotates_itself_and_stays_the_same_user(emulator: GitLab, http: Http) -> None:
    old = http(emulator.create_token("bot", ["api"], project="acme/platform/app"))
    before = old.decoded("GET", SELF)[1]
    status, after = old.decoded("POST", f"{PROJECT_TOKENS}/self/rotate", json={"expires_at": "2026-12-31"})
    assert (status, after["access_level"], after["user_id"]) == (200, 40, before["user_id"])
    assert old("GET", SELF).status == 401
    assert http(after["token"])("GET", "/projects/acme%2Fplatform%2Fapp/variables").status == 200


def test_a_rotated_token_lives_a_week_by_default(emulator: GitLab, http: Http, clock: Any) -> None:
    api = http(emulator.create_token("bot", ["api"], project="acme/platform/app"))
    assert api.decoded("POST", f"{SELF}/rotate")[1]["expires_at"] == "2026-11-29"


@pytest.mark.parametrize(("days", "status"), [(365, 200), (366, 400)])
def test_no_token_lives_longer_than_a_year(emulator: GitLab, http: Http, days: int, status: int) -> None:
    api = http(emulator.create_token("bot", ["api"], project="acme/platform/app"))
    expires_at = (date(2026, 11, 22) + timedelta(days=days)).isoformat()
    assert api("POST", f"{SELF}/rotate", json={"expires_at": expires_at}).status == status
    assert api("GET", SELF).status == (401 if status == 200 else 200)


def test_a_bad_date_is_refused_and_nothing_is_rotated(maintainer: Api) -> None:
    assert maintainer.decoded("POST", f"{SELF}/rotate", json={"expires_at": "soon"}) == (
        400,
        {"error": "expires_at is invalid"},
    )
    assert maintainer("GET", SELF).status == 200


def test_self_rotate_rotates_itself_and_reads_itself_only(emulator: GitLab, http: Http) -> None:
    api = http(emulator.create_token("bot", ["self_rotate"], project="acme/platform/app"))
    assert api("GET", SELF).status == 200
    assert api("GET", "/projects/acme%2Fplatform%2Fapp").status == 403
    assert api("POST", f"{PROJECT_TOKENS}/self/rotate").status == 200


def test_read_api_cannot_rotate(emulator: GitLab, http: Http) -> None:
    api = http(emulator.create_token("bot", ["read_api"], project="acme/platform/app"))
    status, body = api.decoded("POST", f"{SELF}/rotate")
    assert (status, body["error"], body["scope"]) == (403, "insufficient_scope", "api self_rotate")


@pytest.mark.parametrize("route", [SELF, f"{PROJECT_TOKENS}/self"])
def test_rotating_again_with_the_old_token_revokes_the_whole_family(emulator: GitLab, http: Http, route: str) -> None:
    first = http(emulator.create_token("bot", ["api"], project="acme/platform/app"))
    bystander = http(emulator.create_token("other", ["api"], project="acme/platform/app"))
    second = http(first.decoded("POST", f"{route}/rotate")[1]["token"])
    third = http(second.decoded("POST", f"{route}/rotate")[1]["token"])
    assert third("GET", SELF).status == 200
    status, body = first.decoded("POST", f"{route}/rotate")
    assert (status, body["error_description"]) == (401, "Token was revoked. You have to re-authorize from the user.")
    assert third("GET", SELF).status == 401
    assert bystander("GET", SELF).status == 200


def test_merely_using_a_revoked_token_revokes_no_other_token(emulator: GitLab, http: Http) -> None:
    first = http(emulator.create_token("bot", ["api"], project="acme/platform/app"))
    second = http(first.decoded("POST", f"{SELF}/rotate")[1]["token"])
    assert first("GET", SELF).status == 401
    assert second("GET", SELF).status == 200


@pytest.mark.parametrize("route", ["/personal_access_tokens", PROJECT_TOKENS])
def test_rotating_a_revoked_token_by_id_revokes_the_family_too(
    emulator: GitLab, http: Http, root: Api, route: str
) -> None:
    first = http(emulator.create_token("bot", ["api"], project="acme/platform/app"))
    number = first.decoded("GET", SELF)[1]["id"]
    second = http(root.decoded("POST", f"{route}/{number}/rotate")[1]["token"])
    assert second("GET", SELF).status == 200
    assert root.decoded("POST", f"{route}/{number}/rotate") == (
        400,
        {"message": "400 Bad request - token already revoked"},
    )
    assert second("GET", SELF).status == 401


def test_a_project_token_cannot_rotate_another_or_itself_by_id(emulator: GitLab, http: Http) -> None:
    one = http(emulator.create_token("one", ["api"], project="acme/platform/app"))
    two = http(emulator.create_token("two", ["api"], project="acme/platform/app"))
    number = two.decoded("GET", SELF)[1]["id"]
    for api in (one, two):
        assert api.decoded("POST", f"{PROJECT_TOKENS}/{number}/rotate") == (401, {"message": "401 Unauthorized"})
    assert two("GET", SELF).status == 200


def test_a_self_rotation_with_the_wrong_kind_of_token_is_405(emulator: GitLab, http: Http) -> None:
    person = http(emulator.create_token("person", ["api"], user="dev", project="acme/platform/app"))
    assert person.decoded("POST", f"{PROJECT_TOKENS}/self/rotate") == (405, {"message": "405 Method Not Allowed"})


def test_only_administrators_learn_that_a_token_does_not_exist(emulator: GitLab, http: Http, root: Api) -> None:
    person = http(emulator.create_token("person", ["api"], user="dev", group="acme"))
    for path in ("/personal_access_tokens/1/rotate", f"{PROJECT_TOKENS}/1/rotate"):
        assert person.decoded("POST", path) == (401, {"message": "401 Unauthorized"})
        assert root.decoded("POST", path) == (404, {"message": "404 Not Found"})


def test_people_list_their_own_tokens_and_root_all(emulator: GitLab, http: Http, root: Api) -> None:
    person = http(emulator.create_token("person", ["api"], user="dev"))
    assert [each["name"] for each in person.decoded("GET", "/personal_access_tokens")[1]] == ["person"]
    assert {each["name"] for each in root.decoded("GET", "/personal_access_tokens")[1]} == {"root", "person"}
    number = person.decoded("GET", SELF)[1]["id"]
    assert person.decoded("GET", f"/personal_access_tokens/{number}")[1]["name"] == "person"
    assert root.decoded("GET", f"{PROJECT_TOKENS}/{number}") == (
        404,
        {"message": "404 project Access Token Not Found"},
    )
    assert root("DELETE", f"/personal_access_tokens/{number}").status == 204
    assert person("GET", SELF).status == 401


def test_a_project_token_cannot_make_tokens_and_no_user_makes_one_above_their_own_role(
    emulator: GitLab, http: Http, maintainer: Api
) -> None:
    wanted = {"name": "n", "scopes": ["api"], "expires_at": "2027-01-01"}
    refused = (400, {"message": "400 Bad request - User does not have permission to create project access token"})
    assert maintainer.decoded("POST", PROJECT_TOKENS, json=wanted) == refused
    person = http(emulator.create_token("person", ["api"], user="dev", project="acme/platform/app"))
    assert person.decoded("POST", PROJECT_TOKENS, json=wanted | {"access_level": 50}) == (
        400,
        {"message": "400 Bad request - Access level of the token contains permissions not held by the creating user"},
    )
    assert person.decoded("POST", PROJECT_TOKENS, json=wanted | {"scopes": ["api", "all"]}) == (
        400,
        {"error": "scopes does not have a valid value"},
    )
    assert person("POST", PROJECT_TOKENS, json=wanted).status == 201


def test_a_seeded_token_needs_exactly_one_owner(emulator: GitLab) -> None:
    with pytest.raises(ValueError, match="give user, group or project"):
        emulator.create_token("nobody", ["api"])
    with pytest.raises(ValueError, match="give one of group and project"):
        emulator.create_token("both", ["api"], group="acme", project="acme/platform/app")
