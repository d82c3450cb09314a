"""The client of the GitLab provider: which instance it talks to, and how it starts.

The real provider was seen to do the same: a setting takes precedence over its environment variable; without a URL it
talks to gitlab.com; without a token it makes no client at all; and it asks who it is, unless that is switched off.
"""

import json
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3

from .settings import ConfigurationError, NotARehearsalError, is_loopback

GITLAB_COM: Final = "https://gitlab.com/api/v4/"
_FAILED: Final = "Failed to create GitLab Client from provider configuration: The provider failed to create a new GitLab Client from the given configuration: "  # noqa: E501 - the real provider's own words
_AGAIN: Final = (429, 500, 502, 503, 504)
_TRIES: Final = 5
_PAUSE: Final = 0.05
_REFUSED: Final = 400


class GitLabClient:
    """One configured client.

    Raises:
        ConfigurationError: the real provider would refuse it; the message is the provider's.
        NotARehearsalError: GitLab would be reached outside this machine.
    """

    def __init__(self, environment: Mapping[str, str], configuration: Mapping[str, Any]) -> None:
        base = configuration.get("baseUrl") or environment.get("GITLAB_BASE_URL") or GITLAB_COM
        token = configuration.get("token") or environment.get("GITLAB_TOKEN")
        if not token:
            raise ConfigurationError(f"{_FAILED}unable to locate config file")
        self._base = f"{base.rstrip('/')}/"
        self._headers = {"PRIVATE-TOKEN": token, "Content-Type": "application/json"}
        self._http = _way(self._base, environment)
        if _is_true(configuration.get("earlyAuthCheck"), environment.get("GITLAB_EARLY_AUTH_CHECK")):
            status, answer = self.ask("GET", "user", {})
            if status >= _REFUSED:
                raise ConfigurationError(f"{_FAILED}GET {self._base}user: {status} {answer}")

    def ask(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and JSON, None without a body; after a temporary failure it asks again, whatever the method."""
        tries = 1
        while (answer := self._send(method, path, body)).status in _AGAIN and tries < _TRIES:
            tries += 1
            time.sleep(_PAUSE)
        return answer.status, _decoded(answer.data)

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> urllib3.BaseHTTPResponse:
        content = json.dumps(body) if body else None
        return self._http.request(method, f"{self._base}{path}", body=content, headers=self._headers)


def _way(base: str, environment: Mapping[str, str]) -> urllib3.PoolManager:
    """Straight to this machine, or by the rehearsal's proxy, which knows no host of the world."""
    if is_loopback(urlsplit(base).hostname):
        return urllib3.PoolManager(maxsize=8, retries=False)
    proxy = environment.get("HTTPS_PROXY", "")
    if not is_loopback(urlsplit(proxy).hostname):
        raise NotARehearsalError(
            f"HTTPS_PROXY: got {proxy!r}; {base} is reached by a rehearsal's proxy on 127.0.0.1 and in no other way"
        )
    return urllib3.ProxyManager(proxy, maxsize=8, retries=False, ca_certs=environment.get("SSL_CERT_FILE"))


def _is_true(setting: Any, variable: str | None) -> bool:
    """Booleans of a provider's configuration arrive as booleans or as text."""
    return str(variable or True if setting is None else setting).lower() != "false"


def _decoded(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:  # a proxy's page
        return data.decode(errors="replace").strip()
