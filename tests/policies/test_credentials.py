"""What one reader takes for a credential, the others take for one, too: each has patterns of its own."""

import pytest

from components.docker.redaction import redact
from components.names.secrecy import without_tokens
from policies.credentials import CREDENTIAL

_GITLAB = ("pat", "rt", "rtr", "dt", "ptt", "ft", "soat", "imt", "agent", "cbt", "ffct", "oas", "wt")
_GITHUB = ("ghp", "gho", "ghu", "ghs", "ghr", "github_pat")
_SECRETS = [
    *(f"gl{kind}-fakeFAKEfakeFAKEfake" for kind in _GITLAB),
    *(f"{kind}_fakeFAKEfakeFAKEfake" for kind in _GITHUB),
    "AKIAFAKE000000000000",
    "ASIAFAKE000000000000",
    "eyJmYWtlIjoiZmFrZSJ9.eyJmYWtlIjoiZmFrZSJ9.fakefake",
    "-----BEGIN RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", _SECRETS)
def test_every_reader_recognizes_a_credential(secret: str) -> None:
    text = f"set to {secret} here"
    assert CREDENTIAL.search(text)
    assert secret not in redact(text)
    assert secret not in without_tokens(text)


@pytest.mark.parametrize(
    "text", ["glpat-", "a token begins with glpat- or glrt-", "AKIA", "eyJ", "ghp_", "glossary-of-terms", "glibc-devel"]
)
def test_a_mere_prefix_is_no_credential(text: str) -> None:
    assert not CREDENTIAL.search(text)
    assert redact(text) == text
    assert without_tokens(text) == text
