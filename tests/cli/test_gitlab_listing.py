"""What is read from GitLab, against the GitLab emulator."""

import json
from collections.abc import Callable, Iterator

import pytest

from components.cli.gitlab_api import GitLabApi, ReadError
from components.cli.gitlab_listing import listing, rows
from components.contract.plan import Flags, OwnerKind, Target, VariableType
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp, Response
from components.rotation.secret import Secret
from components.variables.listed import Level
from components.variables.shadow_finder import shadow_findings
from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault

_KEY = "DOCKER_AUTH_CONFIG"
_FLAGS = Flags(VariableType.FILE, masked=True, protected=False, raw=True, hidden=False)


def target(kind: OwnerKind, owner: str, path: str, scope: str = "*") -> Target:
    return Target(kind, owner, path, _KEY, scope, _FLAGS)


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as started:
        started.create_group("acme/backend", 20)
        started.create_project("acme/backend/api", 7)
        started.create_project("acme/backend/deep/er", 8)
        yield started


@pytest.fixture
def read(gitlab: GitLab) -> Callable[[str], GitLabApi]:
    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 30), connections=2, allow_http=True)
    return lambda token: GitLabApi(gitlab.url, Secret(token), http)


def test_a_shadowed_project_below_a_group_is_found(gitlab: GitLab, read: Callable[[str], GitLabApi]) -> None:
    gitlab.set_variable("group", "acme/backend", _KEY, '{"auths":{}}', description="gitlab-ecr: waiting")
    gitlab.set_variable("project", "acme/backend/deep/er", _KEY, '{"auths":{}}', variable_type="file")
    reader = read(gitlab.create_token("owner", ["read_api"], group="acme/backend"))
    found = listing(reader, [target(OwnerKind.GROUP, "20", "acme/old-name")])
    assert (found.unread, [target.path for target in found.targets]) == ([], ["acme/backend"])
    assert [finding.what for finding in shadow_findings(found.targets, found.variables)] == [
        "project acme/backend/deep/er DOCKER_AUTH_CONFIG hides it"
    ]


def test_every_page_is_read_and_no_value_shown(gitlab: GitLab, read: Callable[[str], GitLabApi]) -> None:
    for number in range(45):
        gitlab.set_variable("project", "acme/backend/api", f"KEY_{number}", "fake-secret-value", masked=True)
    reader = read(gitlab.create_token("m", ["api"], project="acme/backend/api"))
    found = rows(reader, Level.PROJECT, "acme/backend/api")
    assert {variable.key for variable, _ in found} == {f"KEY_{number}" for number in range(45)}
    kept = listing(reader, [target(OwnerKind.PROJECT, "7", "acme/backend/api")])
    assert kept.variables == [variable for variable, _ in found]
    assert "fake-secret-value" not in repr((found, kept))


def test_one_line_says_what_the_token_cannot_read(gitlab: GitLab, read: Callable[[str], GitLabApi]) -> None:
    gitlab.add_member("dev", "acme/backend", 30)
    reader = read(gitlab.create_token("developer", ["read_api"], user="dev"))
    found = listing(reader, [target(OwnerKind.PROJECT, "7", "acme/backend/api"), target(OwnerKind.GROUP, "9", "gone")])
    assert found.unread == [
        "project acme/backend/api: GitLab answered 403 for projects/acme%2Fbackend%2Fapi/variables",
        "group gone DOCKER_AUTH_CONFIG: GitLab answered 404 for groups/9",
    ]


def test_environments_that_cannot_be_read_are_unknown(gitlab: GitLab, read: Callable[[str], GitLabApi]) -> None:
    gitlab.inject(Fault(path="/environments", status=403))
    reader = read(gitlab.create_token("m", ["api"], project="acme/backend/api"))
    found = listing(reader, [target(OwnerKind.PROJECT, "7", "acme/backend/api", "production")])
    assert found.environments == {}
    assert found.unread == [
        "environments of project acme/backend/api: GitLab answered 403 for projects/acme%2Fbackend%2Fapi/environments"
    ]


def test_every_environment_of_the_projects_of_a_narrower_target_is_read(
    gitlab: GitLab, read: Callable[[str], GitLabApi]
) -> None:
    for number in range(120):
        gitlab.create_environment("acme/backend/api", f"review/{number}")
    reader = read(gitlab.create_token("owner", ["read_api"], group="acme/backend"))
    scopes = ("review/7", "review/*", "production", "*")
    targets = [target(OwnerKind.GROUP, "20", "acme/backend", scope) for scope in scopes]
    listed = listing(reader, targets)
    assert listed.unread == []
    assert {path: len(names) for path, names in listed.environments.items()} == {
        "acme/backend/api": 120,
        "acme/backend/deep/er": 0,
    }
    found = shadow_findings(listed.targets, listed.variables, listed.environments)
    assert [finding.target for finding in found] == ["group acme/backend DOCKER_AUTH_CONFIG (production)"]


def test_a_refused_token_gives_an_error_with_the_status_only(gitlab: GitLab, read: Callable[[str], GitLabApi]) -> None:
    with pytest.raises(ReadError, match=r"^GitLab answered 401 for projects/7$"):
        read("glpat-fake-0000").get("projects/7")


def test_only_the_instances_own_variables_are_read(gitlab: GitLab, read: Callable[[str], GitLabApi]) -> None:
    gitlab.set_variable("instance", "instance", _KEY, '{"auths":{}}')
    everything = target(OwnerKind.INSTANCE, "instance", "instance")
    found = listing(read(gitlab.create_token("root", ["read_api"], user="root")), [everything])
    assert [variable.name for variable in found.variables] == ["instance DOCKER_AUTH_CONFIG"]
    assert (found.unread, found.targets) == ([], [everything])
    unread = listing(read(gitlab.create_token("m", ["api"], project="acme/backend/api")), [everything])
    assert unread.unread == ["instance: GitLab answered 403 for admin/ci/variables"]


class _Odd:
    """Answers everything with one JSON value."""

    def __init__(self, value: object) -> None:
        self._value = value

    def request(self, method: str, url: str, headers: object, body: bytes | None = None) -> Response:  # noqa: ARG002 - as Http has it
        return Response(200, {}, json.dumps(self._value).encode())


@pytest.mark.parametrize("value", [None, 7, "x", {}, [None], [7], ["x"], [[]], [{}], [{"value": "x"}]], ids=repr)
def test_a_listing_of_an_unexpected_form_is_reported_as_not_read(value: object) -> None:
    odd = GitLabApi("https://gitlab.example.com", Secret("glpat-fake-0000"), _Odd(value))
    with pytest.raises(ReadError, match="GitLab answered 200 for admin/ci/variables"):
        rows(odd, Level.INSTANCE, "")
    everything = target(OwnerKind.INSTANCE, "instance", "instance")
    assert listing(odd, [everything]).unread == ["instance: GitLab answered 200 for admin/ci/variables"]
