"""A small world for the rotator: a clock, AWS, registries and GitLab in memory, each breakable, each call counted."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from plans import HOST
from scripted_iam import Iam, ScriptedKeyStore
from scripted_registry import ScriptedRegistry, answer

from components.contract import plan
from components.contract.firing import FiredBy
from components.docker import auth as docker_auth
from components.rotation.aws import Authorization, AwsError
from components.rotation.clock import Clock, Deadline
from components.rotation.http import Response, UnreachableError
from components.rotation.report import Report
from components.rotation.rotate import rotate
from components.rotation.secret import Secret
from components.rotation.services import Services
from components.variables.description import valid_until

START = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
GITLAB_TOKEN = "glpat-fake-0000-Qx7Lm2Vd9Tz4"
FOREIGN = {"registry.example.com:5000": {"auth": base64.b64encode(b"fake-user:Gd4Sf9Kc2Lh7Tn1").decode()}}


class CrashError(BaseException):
    """The process is gone: nothing in the code under test may catch it."""


class FakeClock(Clock):
    def __init__(self) -> None:
        self.moment = START
        self.drift = timedelta(0)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment + self.drift

    def monotonic(self) -> float:
        return (self.moment - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)

    def jitter(self) -> float:
        return 0.5

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


@dataclass
class Minted:
    role_arn: str
    expires_at: datetime
    dead: bool = False


@dataclass
class World:
    """Everything outside the rotator. Faults are callables of a test; they get the request, and may raise or answer."""

    clock: FakeClock = field(default_factory=FakeClock)
    life: timedelta = timedelta(hours=12)
    tokens: dict[str, Minted] = field(default_factory=dict)
    variables: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=lambda: {"fake/gitlab-token": GITLAB_TOKEN})
    logins: dict[str, dict[str, str]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    allowed: Callable[[str, str], bool] = lambda role, repository: repository.startswith(role.rpartition("/")[2])
    mint_fault: Callable[[str], Authorization | None] | None = None
    aws_fault: Callable[[str], None] = lambda _: None
    gitlab_fault: Callable[[str, str], Response | None] = lambda *_: None
    registry_fault: Callable[[str], Response | None] = lambda _: None
    iam: Iam = field(default_factory=Iam)
    crash_at: int | None = None
    crash_after_effect: bool = False
    gitlab_token_ends: str | None = "2026-12-31"
    accepted: set[str] | None = None  # the tokens that GitLab accepts; by default, what any secret holds

    def rotate(
        self, wanted: plan.Plan, *, fired_by: FiredBy = FiredBy.SCHEDULE, run: str | None = None, seconds: float = 290
    ) -> Report:
        run = run or f"run-{len(self.calls)}"
        return rotate(wanted, self.services(seconds), fired_by=fired_by, run=run)

    def services(self, seconds: float) -> Services:
        keys = ScriptedKeyStore(self.iam, self.call, self.clock)
        return Services(
            _Aws(self), keys, ScriptedRegistry(self), _GitLab(self), self.clock, Deadline(self.clock, seconds)
        )

    def call(self, name: str, effect: Callable[[], Any]) -> Any:
        self.calls.append(name)
        if self.crash_at is not None and len(self.calls) == self.crash_at:
            if self.crash_after_effect:
                effect()
            raise CrashError(name)
        return effect()

    def seed(self, path: str, value: str = '{"auths":{}}', key: str = "DOCKER_AUTH_CONFIG", **changes: Any) -> None:
        self.owners.add(path)
        self.variables[path, key, "*"] = {
            "key": key, "value": value, "description": None, "environment_scope": "*",
            "variable_type": "file", "masked": True, "protected": False, "raw": True, "hidden": False, **changes,
        }  # fmt: skip

    def login(self, secret: str) -> str:
        """What a job reads now."""
        return list(self.logins[secret].values())[-1]

    def variable(self, path: str) -> dict[str, Any]:
        return self.variables[path, "DOCKER_AUTH_CONFIG", "*"]

    def auths(self, path: str) -> dict[str, Any]:
        return json.loads(self.variable(path)["value"])["auths"]

    def described_until(self, path: str) -> datetime | None:
        return valid_until(self.variable(path)["description"])

    def works(self, path: str, host: str = HOST) -> bool:
        """Whether a job could sign in now with what the variable holds."""
        docker_auth.parse(self.variable(path)["value"])
        entry = self.auths(path).get(host)
        return entry is not None and self.lives(entry["auth"])

    def lives(self, auth: str) -> bool:
        minted = self.tokens.get(auth)
        return minted is not None and not minted.dead and minted.expires_at > self.clock.moment


class _Aws:
    def __init__(self, world: World) -> None:
        self._world = world

    def authorization(self, role_arn: str, region: str) -> Authorization | None:
        return self._world.call(f"mint {role_arn.rpartition('/')[2]} {region}", lambda: self._mint(role_arn))

    def _mint(self, role_arn: str) -> Authorization | None:
        world = self._world
        world.aws_fault("mint")
        if world.mint_fault:
            return world.mint_fault(role_arn)
        auth = base64.b64encode(f"AWS:kX7vQ{len(world.tokens):06}mWp3{'Zt8Yr5Nb' * 5}".encode()).decode()
        world.tokens[auth] = Minted(role_arn, world.clock.moment + world.life)
        return Authorization(Secret(auth), world.tokens[auth].expires_at)

    def secret(self, secret_id: str, stage: str = "AWSCURRENT") -> Secret:
        place = secret_id if stage == "AWSCURRENT" else f"{secret_id} {stage}"
        return self._world.call(f"secret {place}", lambda: self._secret(place))

    def _secret(self, secret_id: str) -> Secret:
        self._world.aws_fault("secret")
        if secret_id not in self._world.secrets:
            raise AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        return Secret(self._world.secrets[secret_id])

    def put_secret(self, secret_id: str, text: Secret, version: str) -> bool:
        def write() -> bool:
            self._world.aws_fault("put_secret")
            if secret_id not in self._world.logins:
                raise AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
            versions = self._world.logins[secret_id]
            if version in versions:
                return False
            versions[version] = text.reveal()
            return True

        return self._world.call(f"put_secret {secret_id}", write)

    def parameter(self, name: str) -> str | None:
        def read() -> str | None:
            self._world.aws_fault("parameter")
            return self._world.parameters.get(name)

        return self._world.call(f"parameter {name}", read)

    def put_parameter(self, name: str, text: str) -> None:
        def write() -> None:
            self._world.aws_fault("put_parameter")
            assert len(text) <= 4096
            self._world.parameters[name] = text

        self._world.call(f"put_parameter {name}", write)


class _GitLab:
    """The variables API as the rotator uses it, by the rules that matter to it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        path = unquote(urlsplit(url).path.removeprefix("/api/v4/"))
        return self._world.call(f"gitlab {method} {path}", lambda: self._answer(method, path, headers, body))

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        world = self._world
        if (fault := world.gitlab_fault(method, path)) is not None:
            return fault
        accepted = {GITLAB_TOKEN, *world.secrets.values()} if world.accepted is None else world.accepted
        if headers["PRIVATE-TOKEN"] not in accepted:
            return answer(401, {"message": "401 Unauthorized"})
        if path == "personal_access_tokens/self":
            return answer(200, {"id": 1, "user_id": 7, "expires_at": world.gitlab_token_ends})
        owner, _, key = path.removeprefix("projects/").removeprefix("groups/").partition("/variables")
        if owner not in world.owners:
            return answer(404, {"message": "404 Project Not Found"})
        fields = json.loads(body) if body else {}
        place = (owner, key.strip("/") or fields["key"], "*")
        return self._create(place, fields) if method == "POST" else self._update(place, fields)

    def _create(self, place: tuple[str, str, str], fields: dict[str, Any]) -> Response:
        if place in self._world.variables:
            return answer(400, {"message": {"key": ["(DOCKER_AUTH_CONFIG) has already been taken"]}})
        hidden = fields.pop("masked_and_hidden", False)
        self._world.variables[place] = {"hidden": hidden, "masked": hidden, **fields}
        return answer(201, self._shown(place))

    def _update(self, place: tuple[str, str, str], fields: dict[str, Any]) -> Response:
        stored = self._world.variables.get(place)
        if stored is None:
            return answer(404, {"message": "404 Variable Not Found"})
        if stored["hidden"] and "masked" in fields:
            return answer(400, {"message": {"base": ["The visibility setting cannot be changed"]}})
        stored.update(fields)
        return answer(200, self._shown(place))

    def _shown(self, place: tuple[str, str, str]) -> dict[str, Any]:
        stored = self._world.variables[place]
        return {**stored, "value": None} if stored["hidden"] else stored


def unreachable(*_: str) -> Response:
    raise UnreachableError("gitlab.example.com: connection refused")


def denied(_: str) -> Authorization | None:
    raise AwsError("AccessDenied", "User is not authorized to perform: sts:AssumeRole")
