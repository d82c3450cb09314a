"""Variables of the instance in the GitLab emulator."""

from collections.abc import Iterator

import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

PLACE = "/admin/ci/variables"
ROW = {"key": "A", "value": "eight-or-more", "masked": True, "description": "why"}
SHOWN = {
    "variable_type": "env_var", "key": "A", "value": "eight-or-more", "protected": False, "masked": True, "raw": False,
    "description": "why",
}  # fmt: skip


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as started:
        started.create_group("acme")
        yield started


@pytest.fixture
def root(gitlab: GitLab) -> Iterator[Api]:
    with Api(gitlab.url, gitlab.create_token("root", ["api"], user="root")) as api:
        yield api


def test_an_administrator_makes_reads_changes_and_deletes_one(root: Api) -> None:
    assert root.decoded("POST", PLACE, json=ROW) == (201, SHOWN)
    assert root.decoded("GET", f"{PLACE}/A") == (200, SHOWN)
    assert root.decoded("GET", PLACE) == (200, [SHOWN])
    assert root.decoded("PUT", f"{PLACE}/A", json={"raw": True}) == (200, {**SHOWN, "raw": True})
    assert root("DELETE", f"{PLACE}/A").status == 204
    assert root.decoded("GET", f"{PLACE}/A") == (404, {"message": "404 InstanceVariable Not Found"})


@pytest.mark.parametrize(
    ("method", "path"), [("GET", PLACE), ("GET", f"{PLACE}/A"), ("POST", PLACE), ("PUT", f"{PLACE}/A")]
)
def test_nobody_but_an_administrator_reads_or_writes_one(gitlab: GitLab, method: str, path: str) -> None:
    with Api(gitlab.url, gitlab.create_token("owner", ["api"], user="owner", group="acme")) as owner:
        assert owner.decoded(method, path, json=ROW) == (403, {"message": "403 Forbidden"})


def test_a_variable_of_the_instance_has_no_scope_and_is_never_hidden(root: Api) -> None:
    more = {"environment_scope": "production", "masked_and_hidden": True}
    assert root.decoded("POST", PLACE, json={**ROW, **more}) == (201, SHOWN)
    assert root.decoded("POST", PLACE, json={**ROW, **more}) == (
        400,
        {"message": {"key": ["(A) has already been taken"]}},
    )


@pytest.mark.parametrize(("length", "status"), [(10_000, 201), (10_001, 400)])
def test_a_value_has_a_limit(root: Api, length: int, status: int) -> None:
    assert root.decoded("POST", PLACE, json={"key": "A", "value": "x" * length})[0] == status


def test_older_instances_have_the_limit_everywhere(gitlab: GitLab, root: Api) -> None:
    long = {"key": "A", "value": "x" * 10_001}
    gitlab.limit_values(10_000)
    assert root.decoded("POST", "/groups/acme/variables", json=long)[0] == 400
    gitlab.limit_values(None)
    assert root.decoded("POST", "/groups/acme/variables", json=long)[0] == 201
