"""The way to GitLab that a stack declares: what of it is refused, and with which advice."""

from typing import Any

import pytest

from components.consumers import gitlab_checks
from components.consumers.gitlab_checks import check_gitlab

_URL = {"url": "https://gitlab.example.com"}
_BROKEN = "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("ca_bundle", "words"),
    [
        ("-----BEGIN PRIVATE KEY-----", "got a private key; take it out"),
        ("/etc/ssl/ca.pem", "got the path '/etc/ssl/ca.pem'; the rotator runs elsewhere"),
        ("a certificate", "got no certificate; the rotator runs elsewhere"),
        ("-----BEGIN CERTIFICATE-----\nMIIB", "cannot be read, perhaps truncated"),
        (_BROKEN, "cannot be read, perhaps truncated"),
    ],
)
def test_what_is_no_certificate_is_refused(ca_bundle: str, words: str) -> None:
    gitlab: Any = {**_URL, "ca_bundle": ca_bundle}
    with pytest.raises(ValueError, match="ca_bundle: ") as refused:
        check_gitlab(gitlab)
    assert words in str(refused.value)


@pytest.mark.parametrize("key", sorted(gitlab_checks._LIMITS))
def test_a_number_beyond_its_limits_is_refused(key: str) -> None:
    most = gitlab_checks._LIMITS[key]
    for value in (0, most + 1):
        gitlab: Any = {**_URL, key: value}
        with pytest.raises(ValueError, match=f"{key}: got {value}; write a number from 1 to {most}"):
            check_gitlab(gitlab)
    allowed: Any = {**_URL, key: most}
    check_gitlab(allowed)
