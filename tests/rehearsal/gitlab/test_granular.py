"""Fine-grained tokens in the GitLab emulator."""

from collections.abc import Iterator

import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

_LACKS = "Access denied: Your Personal Access Token lacks the required permissions: [{}]{}."
_NAMES = ["Variable: Read", "Variable: Update", "Personal Access Token: Read", "Personal Access Token: Rotate"]


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as started:
        started.create_project("acme/web", 7)
        started.create_project("acme/other", 8)
        started.add_member("bot", "acme", 50)
        started.set_variable("project", "acme/web", "A", "value")
        yield started


@pytest.fixture
def least(gitlab: GitLab) -> Iterator[Api]:
    with Api(gitlab.url, gitlab.create_fine_grained_token("least", "bot", _NAMES, ["acme/web"])) as api:
        yield api


def _refused(permission: str, path: str = "") -> tuple[int, dict[str, str]]:
    words = _LACKS.format(permission, f' for "{path}"' if path else "")
    return 403, {"error": "insufficient_granular_scope", "error_description": words}


def test_a_fine_grained_token_may_do_what_was_granted_and_its_scopes_do_not_show_it(least: Api) -> None:
    assert least.decoded("GET", "/projects/7/variables/A")[0] == 200
    assert least.decoded("PUT", "/projects/acme%2Fweb/variables/A", json={"value": "other"})[0] == 200
    assert least.decoded("GET", "/personal_access_tokens/self")[1]["scopes"] == ["granular"]


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("POST", "/projects/7/variables", "Variable: Create"),
        ("DELETE", "/projects/7/variables/A", "Variable: Delete"),
        ("GET", "/projects/7", "Project: Read"),
        ("GET", "/projects/7/environments", "Environment: Read"),
        ("GET", "/groups/acme", "Group: Read"),
        ("GET", "/metadata", "Metadata: Read"),
        ("GET", "/user", "User: Read"),
    ],
)
def test_a_permission_that_was_not_granted_is_named(least: Api, method: str, path: str, permission: str) -> None:
    assert least.decoded(method, path, json={}) == _refused(permission)


def test_a_project_that_is_not_covered_is_named(least: Api) -> None:
    assert least.decoded("GET", "/projects/8/variables") == _refused("Variable: Read", "acme/other")


def test_the_token_that_replaces_it_has_the_same_permissions(gitlab: GitLab, least: Api) -> None:
    new = least.decoded("POST", "/personal_access_tokens/self/rotate")[1]["token"]
    with Api(gitlab.url, new) as renewed:
        assert renewed.decoded("GET", "/projects/7/variables/A")[0] == 200
        assert renewed.decoded("GET", "/projects/8/variables") == _refused("Variable: Read", "acme/other")
