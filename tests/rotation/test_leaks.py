"""Nothing that leaves the process holds eight characters in a row of any secret, whatever goes wrong."""

import base64
import io
import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError
from plans import FLAGS, HOST, audience, plan_of, target
from scripted import FOREIGN, GITLAB_TOKEN, START, FakeClock, World, answer, denied, unreachable
from scripted_iam import ID, SECRET, USER, key_user, seed_keys

from components.contract import plan
from components.contract.firing import FiredBy
from components.rotation import memory, metrics
from components.rotation.aws import Authorization, AwsError, aws_error
from components.rotation.clock import Deadline
from components.rotation.gitlab import GitLab as VariablesApi
from components.rotation.gitlab import GitLabError, Variable
from components.rotation.handler import RotationFailedError
from components.rotation.http import PooledHttp, Response
from components.rotation.keys.decision import Action, Step
from components.rotation.keys.record import Claim, Record
from components.rotation.keys.store import AccessKey, NewKey
from components.rotation.mint import Token
from components.rotation.secret import Secret, without_pieces
from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault

_PIECE = 8
_HIDDEN = replace(FLAGS, hidden=True)
_PLAN = replace(
    plan_of(target("acme/a"), target("acme/b"), target("acme/c", flags=_HIDDEN, foreign="fake/foreign")),
    key_users=(key_user(),),
)
# Opaque, so that no piece of it is a word that a message may hold.
_OPAQUE = "Hq5Rw8Ub3Jk6Ps1Xy0"
# A value's registry hosts and JSON's own marks are no secret.
_NO_SECRET = (
    *(f'{{"auths":{{"{host}":{{"auth":"' for host in ("<registry host>", *FOREIGN, HOST)),
    *(f'"}},"{host}":{{"auth":"' for host in (*FOREIGN, HOST)),
    '"}}}',
    '{"tokens":"',
    '{"credsStore":"pass","auths":{}}',
)


def _secrets(world: World) -> set[str]:
    found = {GITLAB_TOKEN, *world.secrets.values(), *world.tokens}
    found |= {*world.iam.made, *world.iam.secrets}
    found |= {stored["value"] for stored in world.variables.values() if len(stored["value"]) >= _PIECE}
    found |= {base64.b64decode(token).decode() for token in world.tokens}
    return found | {quote(secret) for secret in found} | {_OPAQUE}


def _assert_clean(text: str, secrets: set[str]) -> None:
    for secret in secrets:
        for start in range(len(secret) - _PIECE + 1):
            piece = secret[start : start + _PIECE]
            if piece in text and not any(piece in known for known in _NO_SECRET):
                raise AssertionError(f"{piece!r} of {secret[:40]!r} stands in {text[:2000]!r}")


def _echo(world: World) -> Callable[[str, str], Response | None]:
    """A proxy that answers with everything it was sent."""
    return lambda method, _: answer(
        400, {"message": f"{GITLAB_TOKEN} {next(iter(world.tokens), '')} {world.variable('acme/a')['value']}"}
    ) if method != "GET" else None  # fmt: skip


def _strangers(world: World) -> None:
    world.iam.keys[USER].clear()
    world.iam.tags.clear()
    for _ in range(2):
        world.iam.make(USER, world.clock.moment, by_hand=True)


_FAULTS: dict[str, Callable[[World], object]] = {
    "none": lambda _: None,
    "denied": lambda world: setattr(world, "mint_fault", denied),
    "no token": lambda world: setattr(world, "mint_fault", lambda _: None),
    "a malformed token": lambda world: setattr(
        world, "mint_fault", lambda _: Authorization(Secret(f"{_OPAQUE}!"), START + timedelta(hours=12))
    ),
    "an expired token": lambda world: setattr(
        world,
        "mint_fault",
        lambda _: Authorization(Secret(base64.b64encode(f"AWS:{_OPAQUE}".encode()).decode()), START),
    ),
    "registry refuses": lambda world: setattr(world, "registry_fault", lambda _: answer(401, b"who is this")),
    "registry unreachable": lambda world: setattr(world, "registry_fault", unreachable),
    "over-broad": lambda world: setattr(world, "allowed", lambda *_: True),
    **{
        f"gitlab {status}": lambda world, status=status: setattr(
            world, "gitlab_fault", lambda *_: answer(status, {"message": {"value": ["is invalid"]}})
        )
        for status in (302, 400, 401, 403, 404, 409, 422, 429, 500)
    },
    "a page of a proxy": lambda world: setattr(world, "gitlab_fault", lambda *_: answer(502, b"<html>bad</html>")),
    "gitlab unreachable": lambda world: setattr(world, "gitlab_fault", unreachable),
    "a proxy echoes what it was sent": lambda world: setattr(world, "gitlab_fault", _echo(world)),
    "malformed values": lambda world: world.seed("acme/a", f'{{"auths":{{"x":{{"auth":"{_OPAQUE}"}}'),
    "helpers": lambda world: world.seed("acme/a", '{"credsStore":"pass","auths":{}}'),
    "wrong login": lambda world: world.seed("acme/a", f'{{"auths":{{"a.example.com":{{"auth":"{_OPAQUE}!"}}}}}}'),
    "token died": lambda world: [setattr(minted, "dead", True) for minted in world.tokens.values()],
    "no gitlab token": lambda world: world.secrets.pop("fake/gitlab-token"),
    "a wrong gitlab token": lambda world: world.secrets.update({"fake/gitlab-token": f"glpat\n{_OPAQUE}"}),
    "a wrong pair": lambda world: world.secrets.update({"fake/gitlab-token": f'{{"tokens":"{_OPAQUE}"}}'}),
    "no foreign entries": lambda world: world.secrets.pop("fake/foreign"),
    "wrong foreign entries": lambda world: world.secrets.update({"fake/foreign": _OPAQUE}),
    "iam names the key": lambda world: setattr(world.iam, "fault", _naming_the_key(world)),
    "a key that sts does not know": lambda world: [
        setattr(world.iam, "unknown_for", timedelta(days=1)),
        world.clock.pass_by(days=40),
    ],
    "two unknown keys": _strangers,
    "a proxy echoes the keys": lambda world: setattr(world, "gitlab_fault", _echo_keys(world)),
    "a mixed pair": lambda world: world.variables["acme/scripts", SECRET, "*"].update(value=_OPAQUE, description=""),
    "a deactivated key": lambda world: [
        setattr(key, "active", False) for keys in world.iam.keys.values() for key in keys.values()
    ],
    "no memory": lambda world: setattr(world, "aws_fault", _no_memory),
}


def _naming_the_key(world: World) -> Callable[[str], None]:
    def fault(call: str) -> None:
        # As the real store does.
        error = ClientError({"Error": {"Code": "NoSuchEntity", "Message": f"{world.iam.made[0]} not found"}}, call)
        raise aws_error(error)

    return fault


def _echo_keys(world: World) -> Callable[[str, str], Response | None]:
    world.clock.pass_by(days=40)

    def echo(method: str, path: str) -> Response | None:
        values = [world.variables["acme/scripts", key, "*"]["value"] for key in (ID, SECRET)]
        sent = [*values, *world.iam.made[-1:], *world.iam.secrets[-1:]]
        return answer(400, {"message": " ".join(sent)}) if method == "PUT" and "AWS_" in path else None

    return echo


def _no_memory(what: str) -> None:
    if "parameter" in what:
        raise AwsError("AccessDeniedException", "said AWS")


@pytest.mark.parametrize("fired_by", [FiredBy.DEPLOY, FiredBy.SCHEDULE])
@pytest.mark.parametrize("fault", _FAULTS)
def test_no_failure_shows_a_secret(fault: str, fired_by: FiredBy, logged: io.StringIO) -> None:
    world = World()
    world.secrets["fake/foreign"] = json.dumps({"auths": FOREIGN}, separators=(",", ":"))
    for path in ("acme/a", "acme/b"):
        world.seed(path, json.dumps({"auths": FOREIGN}, separators=(",", ":")))
    world.owners.add("acme/c")
    seed_keys(world)
    world.rotate(_PLAN)
    world.clock.pass_by(hours=2)
    before = _secrets(world)
    _FAULTS[fault](world)
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        report = world.rotate(_PLAN, fired_by=fired_by)
    error = RotationFailedError("; ".join(report.short()["failures"]))
    message = [report.log_line(), metrics.line(report), json.dumps(report.short()), repr(report), repr(error)]
    left = (
        printed.getvalue()
        + "".join(message)
        + logged.getvalue()
        + json.dumps(world.parameters)
        + json.dumps(world.calls)
    )
    _assert_clean(left, before | _secrets(world))
    assert len(json.dumps(report.short())) <= 4_000


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as started:
        started.create_project("acme/a")
        yield started


@pytest.mark.parametrize(
    "fault", [Fault(reset=True, times=None), Fault(truncate=True, times=None), Fault(status=502, times=None),
              Fault(status=429, times=None), Fault(redirect="http://elsewhere.example.com/", times=None),
              Fault(status=403, times=None)], ids=["reset", "truncated", "502", "429", "redirect", "403"],
)  # fmt: skip
def test_neither_errors_nor_debug_logs_show_a_secret_of_real_connections(
    gitlab: GitLab, fault: Fault, logged: io.StringIO
) -> None:
    value = '{"auths":{"registry.example.com":{"auth":"c2VjcmV0LW9mLWEtdmFyaWFibGU="}}}'
    gitlab.set_variable("project", "acme/a", "DOCKER_AUTH_CONFIG", value, raw=True)
    token = gitlab.create_token("rotator", ["api"], user="root")
    gitlab.inject(replace(fault))
    clock = FakeClock()
    http = PooledHttp(Deadline(clock, 290), connections=1, allow_http=True)
    api = VariablesApi(gitlab.url, Secret(token), http)
    for call in (
        lambda: api.variable(target("acme/a")),
        lambda: api.update(target("acme/a"), Secret(value), "gitlab-ecr", hidden=False),
        lambda: api.create(target("acme/a", key="OTHER"), Secret(value), "gitlab-ecr"),
    ):
        with pytest.raises(GitLabError) as caught:
            call()
        assert logged.getvalue()
        message = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + logged.getvalue()
        for secret in (token, "c2VjcmV0LW9mLWEtdmFyaWFibGU="):
            assert not [secret[i : i + 8] for i in range(len(secret) - 7) if secret[i : i + 8] in message]


def test_no_holder_of_a_secret_shows_it() -> None:
    secret = Secret("fake-but-secret-text")
    holders = [
        secret,
        Token(secret, START),
        Authorization(secret, START),
        Variable(secret, "gitlab-ecr", {}),
        Response(200, {}, b"fake-but-secret-text"),
        AccessKey(secret, True, START),
        NewKey(secret, secret, START),
        Record(Claim(START, START, "run"), secret, secret, secret),
        Step(Action.DELETE, secret),
    ]
    for holder in holders:
        for text in (repr(holder), str(holder), f"{holder}", f"{holder!r}"):
            assert "secret-text" not in text


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("value is invalid", True),
        ("token fake-bu was refused", True),
        ("token fake-but- was refused", False),
        ("...secret-t...", False),
        ("", True),
    ],
)
def test_eight_characters_in_a_row_are_withheld(text: str, stays: bool) -> None:
    shown = without_pieces(text, [Secret("fake-but-secret-text")])
    assert (shown == text) is stays


def test_the_plan_and_the_memory_hold_names_only() -> None:
    text = plan.dumps(_PLAN) + memory.dumps(memory.Memory("request-1", {memory.digest(t): 1 for t in _PLAN.targets}))
    assert GITLAB_TOKEN not in text
    assert audience("backend").role_arn in text
