"""Checks on a declaration's settings for GitLab."""

import re
import ssl
from typing import Final

from ..contract.urls import instance_url, shown, url_problem
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes
from .args import GitLabArgs

_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_LIMITS: Final = {"concurrency": 64, "requests_per_second": 1000}


def gitlab_url(gitlab: GitLabArgs) -> str:
    """The instance's URL, without a trailing slash.

    Raises:
        ValueError: it would send tokens in clear text, or is not the URL of a host. The message begins with `url`.
    """
    return instance_url(gitlab.get("url", GITLAB_COM), "url", allow_http=gitlab.get("allow_http", False))


def check_gitlab(gitlab: GitLabArgs) -> None:
    """Refuses settings with which the instance cannot be reached.

    Raises:
        MistakesError: there are such settings.
    """
    mistakes, proxy = Mistakes(), gitlab.get("proxy")
    with mistakes.at():
        gitlab_url(gitlab)
    if proxy is not None and (problem := url_problem(proxy, allow_http=True)):
        text = f"got {shown(proxy)}, which {problem}; write http:// or https://, the proxy's host and port, such as"
        mistakes.add("proxy", text=f"{text} http://proxy.example.com:3128")
    with mistakes.at():
        _check_ca_bundle(gitlab.get("ca_bundle"))
    for key, most in _LIMITS.items():
        value = gitlab.get(key, 1)
        if not isinstance(value, int) or not 1 <= value <= most:
            mistakes.add(key, text=f"got {value}; write a number from 1 to {most}")
    mistakes.refuse()


def _check_ca_bundle(text: str | None) -> None:
    if text is None:
        return
    example = (
        "write the text of the certificates: a line `ca_bundle`: |, and below it -----BEGIN CERTIFICATE----- and so on"
    )
    if "PRIVATE KEY" in text:
        raise ValueError(
            "ca_bundle: got a private key; take it out, and replace it, since others may know it now; " + example
        )
    if "-----BEGIN" not in text:
        what = f"the path {text!r}" if "/" in text or "." in text else "no certificate"
        raise ValueError(f"ca_bundle: got {what}; the rotator runs elsewhere and has no such file: {example}")
    found = _CERTIFICATE.findall(text)
    try:
        for certificate in found:
            ssl.PEM_cert_to_DER_cert(certificate)
    except ValueError:
        found = []
    if not found or _CERTIFICATE.sub("", text).count("-----"):
        raise ValueError(f"ca_bundle: got certificates that cannot be read, perhaps truncated; {example}")
