"""Who renews the rotator's GitLab token, and the form of the secret that Secrets Manager itself renews."""

import ipaddress
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

SECRET_TYPE: Final = "GitLabAccessToken"  # noqa: S105 - the name of a type
"""The type of the secret. Source: Secrets Manager user guide, "Managed external secrets partners"."""
LIFE_DAYS: Final = 90
"""How long a new token lives: 1 to 365 days. Source: Secrets Manager user guide, "GitLab Access Token"."""
RENEWED_AFTER_DAYS: Final = 30
"""A token always has 60 days left before the alarm, at 30, could fire: so one renewal may fail."""


class TokenRenewal(StrEnum):
    """Who renews the rotator's GitLab token."""

    OWN = "own"
    MANAGED = "managed"


def out_of_reach(url: str, ca_bundle: str | None) -> str:
    """Why Secrets Manager cannot call this GitLab; empty when nothing speaks against it.

    It calls from AWS's own addresses over the internet, by HTTPS, and trusts public CAs only.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        return f"{url} is not https"
    if ca_bundle is not None:
        return "the instance's certificate is of a private CA, which AWS does not trust"
    return f"{parts.hostname} is not an address of the internet" if _is_private(parts.hostname or "") else ""


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in {"internal", "lan", "local", "localhost"}
