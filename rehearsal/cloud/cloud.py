"""One object for the whole cloud: it starts, moves through time and stops."""

import contextlib
import os
import shutil
import tempfile
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from boto3.session import Session as Boto3Session  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore import UNSIGNED  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.session import Session as BotocoreSession  # pyright: ignore[reportMissingTypeStubs] - it ships none

from .certificates import Authority
from .docker_registry import DockerRegistry
from .emulator import ROOT_SECRET, Emulator
from .front import AwsFront
from .judge import Judge
from .ports import free_port
from .proxy import Proxy
from .registry import Registry
from .store import OwnStore
from .tokens import Clock, TokenBook

_TOKEN_LIFE: Final = timedelta(hours=12)  # ECR's; no API changes it


class Cloud(AbstractContextManager["Cloud"]):
    """The whole cloud, from `start` to `stop`. Create one with `start`.

    Attributes:
        account: the account of the stack.
        region: where clients go by default.
        tokens: the registry tokens and the sessions behind them.
        front: the proxy in front of the emulator; `endpoint_url` is its address.
        registry: the registry hosts.
        proxy: the proxy that leads to them.
        authority: signs the certificates of other servers behind the proxy.
        ca_file: the certificate that clients of the proxy have to trust.
    """

    def __init__(
        self,
        account: str,
        region: str,
        hosts: Sequence[str],
        token_life: timedelta,
        extra_env: Mapping[str, str],
        *,
        docker_registry: bool,
    ) -> None:
        self.account = account
        self.region = region
        self._session: Any = _session_of_nobody()
        self._clients: dict[tuple[str, str], Any] = {}
        self._client_lock = threading.Lock()
        self._clock = Clock()
        self.tokens = TokenBook(self._clock, token_life)
        with contextlib.ExitStack() as undo:
            scratch = Path(tempfile.mkdtemp(prefix="rehearsal-cloud-"))
            undo.callback(shutil.rmtree, scratch, ignore_errors=True)
            self.ca_file = scratch / "ca.pem"
            port = free_port()
            self.front = AwsFront(account, region, port, self.tokens)
            undo.callback(self.front.stop)
            self.proxy = Proxy()
            undo.callback(self.proxy.stop)
            self._emulator = Emulator(account, region, scratch, self.environment() | dict(extra_env), port)
            undo.callback(self._emulator.stop)
            behind = DockerRegistry(scratch) if docker_registry else None
            if behind:
                undo.callback(behind.stop)
            self.authority = Authority(self.ca_file)
            judge = Judge(self._emulator.endpoint_url)
            undo.callback(judge.stop)
            tls = self.authority.server_context(hosts)
            self.registry = Registry(hosts, self.tokens, judge, tls, behind or OwnStore())
            undo.callback(self.registry.stop)
            for host in hosts:
                self.proxy.route(host, self.registry)
            for service in ("iam", "sts"):  # everybody needs them, and the emulator takes a moment to start
                self.client(service)
            if behind:
                behind.wait_ready()
            self._emulator.wait_ready()
            self._undo = undo.pop_all()

    @classmethod
    def start(
        cls,
        account: str,
        region: str,
        *,
        hosts: Sequence[str],
        token_life: timedelta = _TOKEN_LIFE,
        extra_env: Mapping[str, str] | None = None,
        docker_registry: bool = False,
    ) -> Self:
        """Start everything; on return it takes requests.

        Args:
            account: twelve digits.
            region: the default region of clients and of the emulator.
            hosts: the registry hosts to serve, of this account, in any region and form.
            token_life: how long a registry token lives by the clock that `move` advances.
            extra_env: what Lambda functions find in their environment besides `environment()`.
            docker_registry: keep the images in Debian's docker-registry, which has to be installed.

        Raises:
            ValueError: a host is not one of ECR's.
            RuntimeError: the emulator or the registry did not start; the message ends with its log.
        """
        return cls(account, region, hosts, token_life, extra_env or {}, docker_registry=docker_registry)

    @property
    def endpoint_url(self) -> str:
        """Where every AWS API answers."""
        return self.front.endpoint_url

    @property
    def proxy_url(self) -> str:
        """The CONNECT proxy, the only way to the registry hosts."""
        return self.proxy.url

    @property
    def root_secret(self) -> str:
        """The secret key of the account's administrator; the access key is the account's number."""
        return ROOT_SECRET

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to live in this cloud; no credentials."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "HTTPS_PROXY": self.proxy_url,
            "HTTP_PROXY": self.proxy_url,
            "NO_PROXY": "127.0.0.1,localhost",
            "SSL_CERT_FILE": str(self.ca_file),
            "AWS_CA_BUNDLE": str(self.ca_file),
        }

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of this account's root."""
        key = (service, region or self.region)
        with self._client_lock:  # making a client is not thread-safe, using one is
            if key not in self._clients:
                self._clients[key] = self._make(service, key[1], self.root_of(self.account), max_pool_connections=16)
            return self._clients[key]

    def root_of(self, account: str) -> dict[str, str]:
        """The administrator's credentials of any account, by boto3's names."""
        return {"aws_access_key_id": account, "aws_secret_access_key": ROOT_SECRET}

    @contextlib.contextmanager
    def client_of(self, service: str, keys: Mapping[str, str] | None, region: str | None = None) -> Generator[Any]:
        """A boto3 client with other credentials, by boto3's names; with None it signs nothing."""
        with self._client_lock:
            made = self._make(
                service, region or self.region, keys or {}, **({} if keys else {"signature_version": UNSIGNED})
            )
        try:
            yield made
        finally:
            made.close()

    def _make(self, service: str, region: str, keys: Mapping[str, str], **config: Any) -> Any:
        # All of one session, since each session reads botocore's models anew.
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint_url,
            config=Config(retries={"total_max_attempts": 1}, proxies={}, **config),
            **keys,
        )

    def name_api(self, host: str) -> None:
        """Route `host` to the AWS API, for a client whose endpoint cannot be configured."""
        service = self.front.serve_tls(self.authority.server_context([host]))
        self._undo.callback(service.stop)
        self.proxy.route(host, service)

    def now(self) -> datetime:
        """The time by which tokens expire and schedules fire."""
        return self._clock.now()

    def move(self, seconds: float) -> None:
        """Advance that time; on return, every schedule that fell due has fired once. Functions may still run.

        The clocks of the functions, of IAM sessions and of signatures stay real. Move by one interval at a time.
        """
        self._clock.move(seconds)
        self._emulator.move(seconds)

    @property
    def requests_seen(self) -> int:
        """How many requests for a registry token, and to a registry, there were until now."""
        return len(self.front.token_requests) + len(self.registry.requests)

    def why(self, lines: int = 5) -> str:
        """The last lines of the emulator's log: failures that no caller learns of."""
        return self._emulator.log_tail(lines)

    def return_to_real_time(self) -> None:
        """Issue and expire tokens by the real time again; schedules keep their moved time."""
        self._clock.return_to_real_time()

    def stop(self) -> None:
        """End every process and thread, and remove every file. Safe to call twice."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        self._undo.close()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _session_of_nobody() -> Boto3Session:
    # The user's own AWS profile and files have no say here: a profile that does not exist would even be an error.
    nobody = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    return Boto3Session(botocore_session=BotocoreSession(session_vars=nobody))
