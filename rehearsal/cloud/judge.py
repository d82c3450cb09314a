"""Asks the emulator who may do what in a registry, as the session behind the token."""

import json
from contextlib import suppress
from enum import Enum
from typing import Any, Final
from urllib.parse import urlsplit

from .loopback import Connections
from .signature import signed
from .tokens import Session

_PATIENCE_SECONDS: Final = 60.0
_TARGET: Final = "AmazonEC2ContainerRegistry_V20150921"


class Verdict(Enum):
    """The emulator's answer."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NO_REPOSITORY = "no repository"
    TAG_EXISTS = "tag exists"


_VERDICTS: Final = {
    "AccessDeniedException": Verdict.DENIED,
    "RepositoryNotFoundException": Verdict.NO_REPOSITORY,
    "ImageTagAlreadyExistsException": Verdict.TAG_EXISTS,
}


class Judge:
    """Calls ECR's own actions, so that identity policies, boundaries, session and repository policies all count."""

    def __init__(self, emulator_url: str) -> None:
        self._host = urlsplit(emulator_url).netloc
        self._emulator = Connections(urlsplit(emulator_url).port or 80, _PATIENCE_SECONDS)

    def ask(
        self, session: Session, account: str, region: str, action: str, arguments: dict[str, Any]
    ) -> tuple[Verdict, str]:
        """The verdict on one action in a registry, and the emulator's message if there is one.

        Raises:
            RuntimeError: the emulator answered neither yes nor no.
        """
        body = json.dumps({**arguments, "registryId": account}).encode()
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{_TARGET}.{action}"}
        answer = self._emulator.ask("POST", "/", body, signed(session, region, self._host, headers, body))
        if answer.status == 200:  # noqa: PLR2004 - OK
            return Verdict.ALLOWED, ""
        problem: dict[str, Any] = {}
        with suppress(ValueError):
            problem = json.loads(answer.content)
        code = str(problem.get("__type", "")).rpartition("#")[2]
        message = str(problem.get("message") or problem.get("Message") or "")
        if code not in _VERDICTS:
            raise RuntimeError(f"ecr:{action} as {session.principal_arn}: HTTP {answer.status} {code} {message}")
        return _VERDICTS[code], message

    def stop(self) -> None:
        """Close the connections."""
        self._emulator.close()
