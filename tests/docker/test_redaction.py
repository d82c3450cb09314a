import pytest

from components.docker.redaction import redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("got 'glpat-fake-0000'", "got '[hidden]'"),
        ("AKIAIOSFODNN7EXAMPLE is no user", "[hidden] is no user"),
        ("eyJhbGciOi.eyJzdWIi.c2ln expired", "[hidden] expired"),
        ("password=hunter2, retried", "password=[hidden], retried"),
        ('{"auth": "QVdTOmZha2U="}', '{"auth": [hidden]}'),
        ("GITLAB_TOKEN = x1", "GITLAB_TOKEN = [hidden]"),
        ("secret_key: 'x'", "secret_key: [hidden]"),
        ("https://me:x@gitlab.example.com/a@b", "https://[hidden]@gitlab.example.com/a@b"),
        ("Authorization: Basic QVdTOmZha2U=", "Authorization: Basic [hidden]"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "[hidden]"),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nrest", "[hidden]\nrest"),
    ],
)
def test_what_looks_like_a_credential_is_hidden(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'region'",
        "gitlab-ecr:tokens: missing; write a mapping",
        "acme/backend: document of 3 registries is 9,412 characters, limit 10,000",
        "arn:aws:iam::123456789012:role/gitlab-ecr/pull/gitlab-ecr-pull-acme-backend-1a2b3c4d-g1",
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python",
        "the token has to be renewed",
    ],
)
def test_ordinary_words_are_not_hidden(text: str) -> None:
    assert redact(text) == text
