"""The machines that work for one runner, and its token."""

from collections.abc import Callable
from typing import Any

from raw_http import Api

Http = Callable[[str | None], Api]


def test_each_machine_of_a_runner_is_one_of_its_managers(
    root: Api, http: Http, runner: dict[str, Any], ask: Callable[..., Any]
) -> None:
    ask()
    ask(system_id="s_2", info={"version": "19.4.0"})
    managers = root.decoded("GET", f"/runners/{runner['id']}/managers")[1]
    assert [(each["system_id"], each["version"]) for each in managers] == [("s_1", "18.3.0"), ("s_2", "19.4.0")]
    assert root.decoded("GET", f"/runners/{runner['id']}")[1]["status"] == "online"
    gone = http(None)("DELETE", "/runners/managers", json={"token": runner["token"], "system_id": "s_1"})
    assert gone.status == 204
    assert [each["system_id"] for each in root.decoded("GET", f"/runners/{runner['id']}/managers")[1]] == ["s_2"]


def test_a_runner_that_resets_its_token_gets_nothing_for_the_old_one(
    http: Http, runner: dict[str, Any], ask: Callable[..., Any]
) -> None:
    status, reset = http(None).decoded("POST", "/runners/reset_authentication_token", json={"token": runner["token"]})
    assert (status, reset["token_expires_at"]) == (201, None)
    assert reset["token"] != runner["token"]
    assert ask().status == 403
