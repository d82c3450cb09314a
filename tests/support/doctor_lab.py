"""A job that can pull, in the rehearsed world, for tests to break."""

import base64
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from iam_json import policy

from components.cli.__main__ import main
from rehearsal.world import World

KEY = "DOCKER_AUTH_CONFIG"


@dataclass
class Lab:
    """A job that can pull, until something in it is changed. `write` makes it real."""

    world: World
    tmp_path: Path
    undo: ExitStack
    project: str
    auth: str
    image: str
    document: dict[str, Any]
    flags: dict[str, Any]
    text: str | None = None
    owner: str = "project"
    absent: bool = False
    arguments: list[str] = field(default_factory=list)
    extra: list[Callable[[], None]] = field(default_factory=list)

    @property
    def group(self) -> str:
        return self.project.rpartition("/")[0]

    @property
    def host(self) -> str:
        return self.world.registry_host

    def set(self, kind: str, key: str, value: str, **flags: Any) -> None:
        path = self.project if kind == "project" else self.group
        self.world.gitlab.set_variable(kind, path, key, value, **flags)

    def write(self) -> None:
        if not self.absent:
            text = self.text if self.text is not None else json.dumps(self.document, separators=(",", ":"))
            self.set(self.owner, KEY, text, **self.flags)
        for action in self.extra:
            action()

    def file(self, name: str, text: str) -> str:
        path = self.tmp_path / name
        path.write_text(text)
        return str(path)

    def role(self) -> str:
        """The pull-only role behind the token."""
        roles = self.world.aws("iam").list_roles(PathPrefix="/gitlab-ecr-local/pull/")["Roles"]
        return next(role["RoleName"] for role in roles if "frontend-web" in role["RoleName"])

    def role_policy(self, effect: str, action: str, repository: str) -> None:
        iam, role = self.world.aws("iam"), self.role()
        arn = f"arn:aws:ecr:{self.world.region}:{self.world.account}:repository/{repository}"
        statement = {"Effect": effect, "Action": action, "Resource": arn}
        iam.put_role_policy(
            RoleName=role,
            PolicyName="lab",
            PolicyDocument=policy(statement),
        )
        self.undo.callback(iam.delete_role_policy, RoleName=role, PolicyName="lab")

    def password(self) -> str:
        return base64.b64decode(self.auth).decode().partition(":")[2]

    def run(self, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
        self.write()
        code = main(["doctor", self.image, "--project", self.project, *self.arguments, "--json"])
        words = capsys.readouterr()
        assert self.password()[:24] not in words.out + words.err
        assert self.auth[:24] not in words.out + words.err
        return code, json.loads(words.out)
