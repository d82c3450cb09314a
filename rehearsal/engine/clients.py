"""How a provider process reaches AWS and GitLab: by the settings and environment variables of the real providers."""

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs] - it ships none

from .gitlab_client import GitLabClient
from .settings import NotARehearsalError, is_loopback


class EnvironmentClients:
    """What a provider's configuration, `AWS_ENDPOINT_URL`, the AWS keys and the proxy lead to.

    Args:
        environment: the environment of the provider process.
        configuration: the provider's: `region` of AWS, `baseUrl`, `token` and `earlyAuthCheck` of GitLab.
        provider: `aws` or `gitlab`; GitLab's client is made, as the real one, when the provider is configured.

    Raises:
        NotARehearsalError: an address is missing, or is not on this machine.
        ConfigurationError: the real provider would refuse the configuration.
    """

    def __init__(self, environment: Mapping[str, str], configuration: Mapping[str, Any], provider: str = "aws") -> None:
        self.region = configuration.get("region") or environment.get("AWS_REGION", "")
        self._endpoint = _loopback(environment, "AWS_ENDPOINT_URL")
        self._keys: dict[str, Any] = {
            "aws_access_key_id": environment.get("AWS_ACCESS_KEY_ID", ""),
            "aws_secret_access_key": environment.get("AWS_SECRET_ACCESS_KEY", ""),
            "aws_session_token": environment.get("AWS_SESSION_TOKEN"),
        }
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()
        self._account = ""
        self._gitlab = GitLabClient(environment, configuration) if provider == "gitlab" else None

    @property
    def account(self) -> str:
        """The account of the credentials, as the real provider asks for it."""
        if not self._account:
            self._account = self.aws("sts").get_caller_identity()["Account"]
        return self._account

    def aws(self, service: str, region: str | None = None) -> Any:
        """A boto3 client; the provider's region unless another is named."""
        where = (service, region or self.region)
        with self._lock:  # boto3 documents clients as thread-safe, but not their creation
            if where not in self._clients:
                config = Config(retries={"total_max_attempts": 1}, proxies={}, max_pool_connections=16)
                session: Any = boto3.Session()
                self._clients[where] = session.client(
                    service, region_name=where[1], endpoint_url=self._endpoint, config=config, **self._keys
                )
            return self._clients[where]

    def gitlab_api(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and JSON of a request; None where the answer has no body."""
        if self._gitlab is None:
            raise LookupError(f"{method} {path}: the provider of AWS asks no GitLab")
        return self._gitlab.ask(method, path, body)


def _loopback(environment: Mapping[str, str], name: str) -> str:
    url = environment.get(name, "")
    if not is_loopback(urlsplit(url).hostname):
        raise NotARehearsalError(f"{name}: got {url!r}; this provider serves emulators on 127.0.0.1 and nothing else")
    return url
