"""Which instance the GitLab provider talks to, and what it checks first, as the real one was observed to do."""

from typing import Any

import grpc
import pytest
from provider_server import started

from rehearsal.engine.gitlab_client import GitLabClient, _decoded
from rehearsal.engine.settings import NotARehearsalError
from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault
from rehearsal.world import World

BASE_URL = "https://gitlab.example.com/api/v4/"
VARIABLE = "gitlab:index/groupVariable:GroupVariable"
INPUTS = {"group": "20", "key": "WHOM", "value": "fake-0001", "environmentScope": "*", "raw": True}
NO_TOKEN = "Failed to create GitLab Client from provider configuration: .*: unable to locate config file"


@pytest.fixture(autouse=True)
def _quiet(world: World) -> Any:
    """No token reached another GitLab in this test; requests of earlier tests do not count."""
    heard = len(world.elsewhere.events)
    yield
    assert [event.token for event in world.elsewhere.events[heard:] if event.status < 400] == []


def heard_by(gitlab: GitLab, since: int) -> list[tuple[str, str]]:
    return [(event.method, event.path.removeprefix("/api/v4")) for event in gitlab.events[since:]]


@pytest.mark.parametrize("token", [None, ""])
@pytest.mark.parametrize("setting", [{}, {"earlyAuthCheck": "false"}, {"baseUrl": BASE_URL, "token": ""}])
def test_without_a_token_there_is_no_client_at_all(
    environment: dict[str, str], token: str | None, setting: dict[str, Any]
) -> None:
    surroundings = {key: value for key, value in environment.items() if key != "GITLAB_TOKEN"}
    surroundings |= {} if token is None else {"GITLAB_TOKEN": token}
    with started("gitlab", surroundings) as provider, pytest.raises(grpc.RpcError, match=NO_TOKEN):
        provider.configure(**setting)


def test_with_a_dummy_token_and_no_early_check_a_preview_sends_no_request(
    environment: dict[str, str], world: World
) -> None:
    surroundings = {key: value for key, value in environment.items() if key != "GITLAB_TOKEN"}
    setting = {"baseUrl": BASE_URL, "token": "a-dummy", "earlyAuthCheck": "false"}
    before = len(world.gitlab.events)
    with started("gitlab", surroundings, setting) as provider:
        state = {**INPUTS, "value": "fake-0002"}
        provider.create(VARIABLE, INPUTS, preview=True)
        provider.diff(VARIABLE, state, INPUTS)
        provider.update(VARIABLE, "20:WHOM:*", state, INPUTS, preview=True)
    assert heard_by(world.gitlab, before) == []


@pytest.mark.parametrize("setting", [{}, {"earlyAuthCheck": "true"}, {"earlyAuthCheck": True}])
def test_the_provider_asks_for_its_own_user_unless_that_is_switched_off(
    environment: dict[str, str], world: World, setting: dict[str, Any]
) -> None:
    before = len(world.gitlab.events)
    with started("gitlab", environment) as provider:
        provider.configure(baseUrl=BASE_URL, **setting)
        assert heard_by(world.gitlab, before) == [("GET", "/user")]
    unknown = {**environment, "GITLAB_TOKEN": "glpat-fake-unknown"}
    with started("gitlab", unknown) as provider, pytest.raises(grpc.RpcError, match=f"GET {BASE_URL}user: 401"):
        provider.configure(baseUrl=BASE_URL, **setting)


def test_without_a_url_the_token_goes_to_gitlab_com(environment: dict[str, str], world: World) -> None:
    before, elsewhere = len(world.gitlab.events), len(world.elsewhere.events)
    with started("gitlab", environment) as provider, pytest.raises(grpc.RpcError, match=r"https://gitlab.com/api/v4/"):
        provider.configure()
    assert heard_by(world.gitlab, before) == []
    assert heard_by(world.elsewhere, elsewhere) == [("GET", "/user")]


@pytest.mark.parametrize("variable", ["", "https://gitlab.com/api/v4/"])
def test_the_url_of_the_configuration_takes_precedence_over_that_of_the_environment(
    environment: dict[str, str], world: World, variable: str
) -> None:
    elsewhere = len(world.elsewhere.events)
    surroundings = {**environment, "GITLAB_BASE_URL": variable}
    with started("gitlab", surroundings, {"baseUrl": BASE_URL}) as provider:
        made = provider.create(VARIABLE, INPUTS)
        provider.delete(VARIABLE, made.id, INPUTS)
    assert heard_by(world.elsewhere, elsewhere) == []


def test_a_single_502_is_tried_again_and_a_lost_answer_to_a_creation_becomes_already_taken(
    environment: dict[str, str], world: World
) -> None:
    with started("gitlab", environment, {"baseUrl": BASE_URL}) as provider:
        world.gitlab.inject(Fault("POST", "/groups/20/variables", status=502))
        made = provider.create(VARIABLE, INPUTS)
        provider.delete(VARIABLE, made.id, INPUTS)
        world.gitlab.inject(Fault("POST", "/groups/20/variables", status=502, carried_out=True))
        words = r"POST groups/20/variables: 400 {message: {key: \[\(WHOM\) has already been taken\]}}\"\n"
        for _ in range(2):
            with pytest.raises(grpc.RpcError, match=words):
                provider.create(VARIABLE, INPUTS)
        provider.delete(VARIABLE, made.id, INPUTS)


def test_an_instance_on_this_machine_is_reached_without_a_proxy_and_no_other_is(world: World) -> None:
    token = {"GITLAB_TOKEN": world.administrator_token}
    client = GitLabClient(token, {"baseUrl": f"{world.gitlab.url}/api/v4"})
    assert client.ask("GET", "user", {})[0] == 200
    with pytest.raises(
        NotARehearsalError, match=r"^HTTPS_PROXY: got ''; https://gitlab\.example\.com/api/v4/ is reached"
    ):
        GitLabClient(token, {"baseUrl": BASE_URL})


@pytest.mark.parametrize(
    ("data", "answer"), [(b"", None), (b'{"id": 1}', {"id": 1}), (b"<h1>no</h1>\n", "<h1>no</h1>")]
)
def test_an_answer_that_is_not_json_is_its_text(data: bytes, answer: Any) -> None:
    assert _decoded(data) == answer
