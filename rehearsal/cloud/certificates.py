"""A private certificate authority, which issues a certificate for each requested host."""

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import trustme


class Authority:
    """Lives for one rehearsal. The file that it writes is all that a client needs to trust."""

    def __init__(self, ca_file: Path) -> None:
        self._authority = trustme.CA()
        self._authority.cert_pem.write_to_path(str(ca_file))

    @property
    def certificate(self) -> str:
        """The authority's own, as PEM."""
        return self._authority.cert_pem.bytes().decode()

    def server_context(self, hosts: Iterable[str]) -> ssl.SSLContext:
        """A TLS context for a server that answers to these hosts, each with its own certificate.

        A client that connects to an IP address names no host, and gets the certificate only if there is just one.
        """
        leaves = {host: self._leaf(host) for host in hosts}
        fallback = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> int | None:
            leaf = leaves.get(name or "") or (next(iter(leaves.values())) if not name and len(leaves) == 1 else None)
            if leaf is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = leaf
            return None

        fallback.sni_callback = choose
        return fallback

    def _leaf(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf: Any = self._authority.issue_cert(host)  # its context may be pyOpenSSL's, which has no types here
        leaf.configure_cert(context)
        return context
