from collections.abc import Callable

import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab

Http = Callable[[str | None], Api]
SCHEDULES = "/projects/acme%2Fplatform%2Fapp/pipeline_schedules"


@pytest.fixture(autouse=True)
def dev(emulator: GitLab) -> None:
    emulator.add_member("dev", "acme/platform/app", 40)


@pytest.mark.parametrize("sent", [{"path": "/user?sudo=dev"}, {"path": "/user", "headers": {"Sudo": "dev"}}])
def test_an_administrator_acts_as_another_user(emulator: GitLab, http: Http, sent: dict[str, object]) -> None:
    api = http(emulator.create_token("sudoer", ["api", "sudo"], user="root"))
    assert api.decoded("GET", **sent)[1]["username"] == "dev"  # pyright: ignore[reportArgumentType] - two kinds of it


def test_what_sudo_makes_belongs_to_the_other_user(emulator: GitLab, http: Http) -> None:
    api = http(emulator.create_token("sudoer", ["api", "sudo"], user="root"))
    body = {"description": "nightly", "ref": "main", "cron": "0 1 * * *", "sudo": "dev"}
    assert api.decoded("POST", SCHEDULES, json=body)[1]["owner"]["username"] == "dev"


@pytest.mark.parametrize(
    ("token", "scopes", "answer"),
    [
        ("dev", ["api", "sudo"], (403, {"message": "403 Forbidden - Must be admin to use sudo"})),
        ("root", ["api"], (403, "sudo")),
        ("root", ["api", "sudo"], (404, {"message": "404 User with ID or username 'nobody' Not Found"})),
    ],
)
def test_sudo_needs_an_administrator_the_scope_and_a_known_user(
    emulator: GitLab, http: Http, token: str, scopes: list[str], answer: tuple[int, object]
) -> None:
    status, body = http(emulator.create_token("t", scopes, user=token)).decoded("GET", "/user?sudo=nobody")
    assert (status, body.get("scope", body)) == answer
