"""The outside as a provider process reaches it: by the environment variables of the real providers."""

import json
import threading
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.config import Config

_LOOPBACK: Final = ("127.0.0.1", "localhost")


class NotARehearsalError(Exception):
    """An address is not on this machine: this provider must never meet a real account."""


class EnvironmentClients:
    """What `AWS_ENDPOINT_URL`, the AWS keys, `GITLAB_BASE_URL` and `GITLAB_TOKEN` lead to.

    Raises:
        NotARehearsalError: one of the two addresses is missing, or not loopback.
    """

    def __init__(self, environment: Mapping[str, str], region: str) -> None:
        self.region = region or environment.get("AWS_REGION", "")
        self._endpoint = _loopback(environment, "AWS_ENDPOINT_URL")
        self._gitlab = _loopback(environment, "GITLAB_BASE_URL").rstrip("/")
        self._keys: dict[str, Any] = {
            "aws_access_key_id": environment.get("AWS_ACCESS_KEY_ID", ""),
            "aws_secret_access_key": environment.get("AWS_SECRET_ACCESS_KEY", ""),
        }
        self._token = environment.get("GITLAB_TOKEN", "")
        self.account = self._keys["aws_access_key_id"]  # the emulator's administrator is called as the account
        self._http = urllib3.PoolManager(maxsize=8, retries=False)
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def aws(self, service: str, region: str | None = None) -> Any:
        """A boto3 client; the provider's region unless another is named."""
        where = (service, region or self.region)
        with self._lock:  # boto3 documents clients as thread-safe, their creation not
            if where not in self._clients:
                config = Config(retries={"total_max_attempts": 1}, proxies={}, max_pool_connections=16)
                self._clients[where] = boto3.Session().client(
                    service, region_name=where[1], endpoint_url=self._endpoint, config=config, **self._keys
                )
            return self._clients[where]

    def gitlab_api(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and JSON of a request; None where the answer has no body."""
        answer = self._http.request(
            method,
            f"{self._gitlab}/{path}",
            body=json.dumps(body) if body else None,
            headers={"PRIVATE-TOKEN": self._token, "Content-Type": "application/json"},
        )
        return answer.status, json.loads(answer.data) if answer.data else None


def _loopback(environment: Mapping[str, str], name: str) -> str:
    url = environment.get(name, "")
    if urlsplit(url).hostname not in _LOOPBACK:
        raise NotARehearsalError(f"{name}: got {url!r}; this provider serves emulators on 127.0.0.1 and nothing else")
    return url
