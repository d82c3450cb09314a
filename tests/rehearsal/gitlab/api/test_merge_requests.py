from collections.abc import Callable
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

NOTES = "/projects/acme%2Fplatform%2Fapp/merge_requests/7/notes"


@pytest.fixture(autouse=True)
def _merge_request(emulator: GitLab) -> None:
    emulator.create_merge_request("acme/platform/app", 7)


def test_python_gitlab_writes_changes_finds_and_removes_a_note(
    emulator: GitLab, connect: Callable[[str], python_gitlab.Gitlab], clock: Any
) -> None:
    client = connect(emulator.create_token("t", ["api"], project="acme/platform/app", access_level=20))
    merge_request = client.projects.get("acme/platform/app").mergerequests.get(7)
    assert (merge_request.iid, merge_request.state) == (7, "opened")
    first = merge_request.notes.create({"body": "first"})
    merge_request.notes.create({"body": "second"})
    clock.advance(minutes=1)
    first.body = "changed"
    first.save()
    shown = merge_request.notes.get(first.id)
    assert (shown.body, shown.created_at, shown.updated_at) == (
        "changed",
        "2026-11-22T12:00:00.000Z",
        "2026-11-22T12:01:00.000Z",
    )
    assert [note.body for note in merge_request.notes.list(get_all=True)] == ["second", "changed"]
    assert [note.body for note in merge_request.notes.list(get_all=True, sort="asc")] == ["changed", "second"]
    assert len(list(merge_request.notes.list(iterator=True, per_page=1))) == 2
    first.delete()
    with pytest.raises(python_gitlab.GitlabGetError, match="404 Note Not Found"):
        merge_request.notes.get(first.id)


def test_only_the_author_and_maintainers_change_a_note(emulator: GitLab, http: Callable[[str | None], Api]) -> None:
    def api(level: int) -> Api:
        return http(emulator.create_token("t", ["api"], project="acme/platform/app", access_level=level))

    note = api(30).decoded("POST", NOTES, json={"body": "mine"})[1]
    assert api(30).decoded("PUT", f"{NOTES}/{note['id']}", json={"body": "x"}) == (403, {"message": "403 Forbidden"})
    assert api(40)("PUT", f"{NOTES}/{note['id']}", json={"body": "x"}).status == 200
    assert api(10)("GET", NOTES).status == 403


def test_a_note_without_a_body_and_one_of_an_archived_project_are_refused(maintainer: Api, emulator: GitLab) -> None:
    assert maintainer.decoded("POST", NOTES, json={}) == (400, {"error": "body is missing"})
    assert maintainer.decoded("POST", NOTES, json={"body": ""}) == (400, {"message": {"note": ["can't be blank"]}})
    assert maintainer.decoded("GET", NOTES.replace("7", "8")) == (404, {"message": "404 Not found"})
    emulator.archive("acme/platform/app")
    assert maintainer.decoded("POST", NOTES, json={"body": "x"}) == (403, {"message": "403 Forbidden"})
    assert maintainer("GET", NOTES).status == 200
