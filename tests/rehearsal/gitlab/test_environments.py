from collections.abc import Callable

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

APP = "acme/platform/app"
NOT_A_NAME = (
    "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, "
    "but it cannot start or end with '/'"
)
Connect = Callable[[str], python_gitlab.Gitlab]


def test_python_gitlab_creates_lists_stops_and_deletes(emulator: GitLab, connect: Connect) -> None:
    project = connect(emulator.create_token("dev", ["api"], project=APP, access_level=30)).projects.get(APP)
    made = project.environments.create({"name": "review/fix-foo", "external_url": "https://foo.example.com"})
    project.environments.create({"name": "production"})
    assert (made.name, made.state, made.tier) == ("review/fix-foo", "available", "development")
    assert made.slug.startswith("review-fix-foo-")
    assert [found.name for found in project.environments.list(get_all=True)] == ["review/fix-foo", "production"]
    assert [found.slug for found in project.environments.list(name="production")] == ["production"]
    assert [found.name for found in project.environments.list(search="FIX")] == ["review/fix-foo"]
    with pytest.raises(python_gitlab.GitlabDeleteError, match="403"):
        made.delete()
    made.stop()
    assert [found.id for found in project.environments.list(states="stopped")] == [made.id]
    assert project.environments.get(made.id).state == "stopped"
    made.delete()
    with pytest.raises(python_gitlab.GitlabGetError, match="404"):
        project.environments.get(made.id)


def test_a_list_is_paged(emulator: GitLab, connect: Connect) -> None:
    for number in range(45):
        emulator.create_environment(APP, f"review/{number}")
    project = connect(emulator.create_token("reporter", ["read_api"], project=APP, access_level=20)).projects.get(APP)
    assert len(project.environments.list(get_all=False)) == 20
    assert len(project.environments.list(get_all=True)) == 45


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({}, {"error": "name is missing"}),
        ({"name": "staging"}, {"message": {"name": ["has already been taken"]}}),
        ({"name": "x", "tier": "best"}, {"error": "tier does not have a valid value"}),
        ({"name": "/x"}, {"message": {"name": [NOT_A_NAME]}}),
    ],
)
def test_an_invalid_environment_is_refused_with_gitlabs_message(
    emulator: GitLab, maintainer: Api, body: dict[str, str], answer: dict[str, object]
) -> None:
    emulator.create_environment(APP, "staging")
    assert maintainer.decoded("POST", "/projects/acme%2Fplatform%2Fapp/environments", json=body) == (400, answer)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("search=ab", {"message": "400 Bad request - Search query is less than 3 characters"}),
        ("search=abc&name=x", {"error": "name, search cannot be used together"}),
        ("states=gone", {"error": "states does not have a valid value"}),
    ],
)
def test_a_wrong_search_is_refused(maintainer: Api, query: str, answer: dict[str, str]) -> None:
    assert maintainer.decoded("GET", f"/projects/acme%2Fplatform%2Fapp/environments?{query}") == (400, answer)


@pytest.mark.parametrize(("level", "read", "write"), [(10, 403, 403), (20, 200, 403), (30, 200, 201)])
def test_reporters_read_and_developers_write(
    emulator: GitLab, http: Callable[[str | None], Api], level: int, read: int, write: int
) -> None:
    api = http(emulator.create_token("t", ["api"], project=APP, access_level=level))
    path = "/projects/acme%2Fplatform%2Fapp/environments"
    assert api("GET", path).status == read
    assert api("POST", path, json={"name": "production"}).status == write
