from collections.abc import Callable

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

APP = "acme/platform/app"


@pytest.fixture
def client(emulator: GitLab, connect: Callable[[str], python_gitlab.Gitlab]) -> python_gitlab.Gitlab:
    emulator.add_member("dev", APP, 30)
    emulator.add_member("dev", "acme", 20)
    emulator.add_member("boss", "acme", 50)
    return connect(emulator.create_token("t", ["read_api"], user="root"))


def test_python_gitlab_lists_members_of_one_place_and_of_those_above(client: python_gitlab.Gitlab) -> None:
    project, group = client.projects.get(APP), client.groups.get("acme")
    assert [(each.username, each.access_level) for each in project.members.list(get_all=True)] == [("dev", 30)]
    everybody = [(each.username, each.access_level) for each in project.members_all.list(get_all=True)]
    assert sorted(everybody) == [("boss", 50), ("dev", 30)]
    assert {each.username for each in group.members.list(get_all=True)} == {"boss", "dev"}
    assert [each.username for each in group.members.list(query="BO", get_all=True)] == ["boss"]


def test_one_member_is_shown_by_id_with_the_highest_role(client: python_gitlab.Gitlab) -> None:
    project = client.projects.get(APP)
    (boss,) = [each for each in project.members_all.list(get_all=True) if each.username == "boss"]
    assert project.members_all.get(boss.id).access_level == 50
    with pytest.raises(python_gitlab.GitlabGetError, match="404 Not found"):
        project.members.get(boss.id)


def test_a_user_who_does_not_see_a_project_does_not_see_its_members(
    emulator: GitLab, http: Callable[[str | None], Api]
) -> None:
    stranger = http(emulator.create_token("stranger", ["api"], user="stranger"))
    assert stranger.decoded("GET", "/projects/acme%2Fplatform%2Fapp/members/all")[0] == 404
