"""The steps of a person with the rotator's GitLab token, where one of them goes wrong."""

from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal import command_line, token_steps
from rehearsal.command_line import CommandRun
from rehearsal.rotations import RotationError

_WORLD: Any = SimpleNamespace(gitlab=SimpleNamespace(url="http://127.0.0.1:1"), rotator_token="glpat-fake-0000")

WEB = "project acme/web DOCKER_AUTH_CONFIG"


def _after(ok: bool, *targets: tuple[str, str]) -> Any:
    """A rotator whose first run wrote, or did not write, these targets."""
    rows = [{"target": name, "status": status, "reason": "no"} for name, status in targets]
    report = {"ok": ok, "targets": rows, "access_keys": [], "audiences": []}
    return SimpleNamespace(reports=[report], store_token=lambda _: CommandRun("gitlab-ecr token set", 0, []))


def test_a_token_that_is_not_stored_ends_the_rehearsal_with_the_commands_words(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def run(_: Any, *arguments: str, typed: str) -> CommandRun:
        asked.append((*arguments, typed))
        return CommandRun("gitlab-ecr token set", 3, ["gitlab-ecr: no such secret"])

    monkeypatch.setattr(command_line, "run", run)
    declaration = {"prefix": "gitlab-ecr-a", "rotation": {"adopt_token_secret": True}}
    with pytest.raises(RotationError, match=r"^gitlab-ecr token set: exit code 3\ngitlab-ecr: no such secret$"):
        token_steps.adopt_secret(_WORLD, declaration, lambda _: None)
    where = ("--secret", "gitlab-ecr-a/gitlab-token", "--gitlab-url", "http://127.0.0.1:1")
    assert asked == [("token", "set", *where, "glpat-fake-0000\n")]


@pytest.mark.parametrize(
    ("ok", "targets", "line"),
    [
        (False, [(WEB, "failed")], f"{WEB}: no"),
        (True, [(WEB, "published")], f"{WEB}: published"),
        (True, [(WEB, "waiting"), ("secret a", "waiting")], "secret a: waiting"),
    ],
)
def test_a_first_rotation_that_does_not_wait_for_the_token_ends_the_rehearsal(
    ok: bool, targets: list[tuple[str, str]], line: str
) -> None:
    with pytest.raises(RotationError) as error:
        token_steps.store_token(_WORLD, _after(ok, *targets), lambda _: None)
    assert str(error.value).startswith(f"the first rotation did not wait for its GitLab token:\n{line}")


def test_secrets_need_no_token() -> None:
    said: list[str] = []
    waiting = _after(True, (WEB, "waiting"), ("secret a", "published"))
    waited, _ = token_steps.store_token(_WORLD, waiting, said.append)
    assert waited == 1
    token_steps.no_token(_after(True, ("secret a", "published")), said.append)
    assert said[-1] == "`up` succeeds, and 1 secrets hold a login; there is no GitLab token to store"


@pytest.mark.parametrize(("ok", "status", "line"), [(False, "failed", "no"), (True, "waiting", "waiting")])
def test_a_secret_that_is_not_written_ends_the_rehearsal(ok: bool, status: str, line: str) -> None:
    with pytest.raises(RotationError, match=rf"^the first rotation did not write every secret:\nsecret a: {line}"):
        token_steps.no_token(_after(ok, ("secret a", status)), lambda _: None)
