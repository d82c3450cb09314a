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
        self._ca_bundle = ca_bundle
        # Reading the system's CAs takes longer than everything else here, so it waits for the first `https://`.
        self._trusted = {False: _trust(ca_bundle)} if ca_bundle is not None else dict[bool, ssl.SSLContext]()
        self._pools: dict[tuple[str, str], tuple[Any, bool]] = {}
        self._lock = threading.Lock()

    def request(self, method: str, url: str, **options: Any) -> Any:
        """urllib3's answer to a request; the options are those of `urlopen` of its pools."""
        scheme, host = url.partition(":")[0].lower(), host_of(url)
        with self._lock:
            if (scheme, host) not in self._pools:
                self._pools[scheme, host] = self._new_pool(scheme, host)
            pool, takes_whole_url = self._pools[scheme, host]
        path = url[len(f"{scheme}://{host}") :]
        target = url if takes_whole_url else path if path.startswith("/") else f"/{path}"
        return pool.urlopen(method, target, assert_same_host=False, **options)

    def _new_pool(self, scheme: str, host: str) -> tuple[Any, bool]:
        """The pool for a host, and whether the request has to name the whole URL, to a proxy that reads it.

        urllib3's managers find a host's pool anew for each request, which takes a fifth of the request's time.
        """
        proxy = self._proxy or _proxy_of_environment(scheme, host)
        settings: dict[str, Any] = {"maxsize": self._connections, "block": True}
        if scheme == "https" or proxy is not None:
            settings["ssl_context"] = self._trust(address=_ADDRESS.fullmatch(host) is not None)
        made: Any = urllib3.ProxyManager(proxy, **settings) if proxy else urllib3.PoolManager(**settings)
        made.pool_classes_by_scheme = {name: _bounded(of) for name, of in made.pool_classes_by_scheme.items()}
        return made.connection_from_url(f"{scheme}://{host}"), scheme == "http" and proxy is not None

    def _trust(self, *, address: bool) -> ssl.SSLContext:
        if address not in self._trusted:
            self._trusted[address] = _trust(self._ca_bundle)
            # urllib3 1.26 does not pass an IP address to the context; it compares it with the certificate itself.
            self._trusted[address].check_hostname = not address
        return self._trusted[address]


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
