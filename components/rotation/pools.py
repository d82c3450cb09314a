"""urllib3's connection pools, with a budget for their sockets, and with the right proxies and certificates."""

import re
import ssl
import threading
import urllib.request
from typing import Any, Final

import urllib3

from ..contract.urls import host_of
from .bounded_socket import PlainSocket, TlsSocket, connect

_ADDRESS: Final = re.compile(r"([0-9.]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")


class Pools:
    """The pools of one client. TLS certificates are verified against the system's CAs and `ca_bundle`.

    Args:
        connections: how many connections one host may have at once.
        ca_bundle: PEM certificates to trust besides the system's.
        proxy: overrides the environment's `HTTPS_PROXY`; `NO_PROXY` applies only to the latter.
    """

    def __init__(self, connections: int, ca_bundle: str | None, proxy: str | None) -> None:
        self._connections = connections
        self._proxy = proxy
        self._trust = {False: _trust(ca_bundle)}
        self._ca_bundle = ca_bundle
        self._pools: dict[tuple[str | None, bool], Any] = {}
        self._proxies: dict[tuple[str, str], str | None] = {}  # reading the environment again costs more than the rest
        self._lock = threading.Lock()

    def to(self, url: str) -> Any:
        """The pool for a URL."""
        scheme, host = url.partition(":")[0].lower(), host_of(url)
        with self._lock:
            if (scheme, host) not in self._proxies:
                self._proxies[scheme, host] = self._proxy or _proxy_of_environment(scheme, host)
            proxy = self._proxies[scheme, host]
            address = _ADDRESS.fullmatch(host) is not None
            if (proxy, address) not in self._pools:
                if address not in self._trust:
                    self._trust[address] = _trust(self._ca_bundle)
                    # urllib3 1.26 does not tell the context an IP address; it compares it with the certificate itself.
                    self._trust[address].check_hostname = False
                settings: dict[str, Any] = {
                    "maxsize": self._connections,
                    "block": True,
                    "ssl_context": self._trust[address],
                }
                made: Any = urllib3.ProxyManager(proxy, **settings) if proxy else urllib3.PoolManager(**settings)
                made.pool_classes_by_scheme = {name: _bounded(of) for name, of in made.pool_classes_by_scheme.items()}
                self._pools[proxy, address] = made
            return self._pools[proxy, address]


def _bounded(pool: Any) -> Any:
    """A urllib3 pool class whose connections have a budget."""

    def open_socket(connection: Any) -> PlainSocket:
        return connect(connection._dns_host.strip("[]"), connection.port)  # noqa: SLF001 - the name to resolve, in urllib3 1.26 and 2

    connection = type("CountingDown", (pool.ConnectionCls,), {"_new_conn": open_socket})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _trust(ca_bundle: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.sslsocket_class = TlsSocket
    try:
        if ca_bundle is not None:
            context.load_verify_locations(cadata=ca_bundle)
    except (ssl.SSLError, ValueError):
        raise ValueError("the CA bundle holds no certificate: write PEM, with its BEGIN and END lines") from None
    return context


def _proxy_of_environment(scheme: str, host: str) -> str | None:
    proxy = urllib.request.getproxies().get(scheme)
    return None if proxy is None or urllib.request.proxy_bypass(host) else proxy
