"""Which GitLab a command's own token may be sent to, and with which CA."""

import io
from pathlib import Path
from typing import Any

import click
import pytest

from components.cli import token
from components.cli.__main__ import main
from components.cli.errors import CliError
from components.cli.gitlab_api import ReadError, http_client, instance


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITLAB_ECR_ALLOW_HTTP", "CI_SERVER_TLS_CA_FILE", "CI_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)


def test_plain_http_needs_the_commands_own_setting_and_no_key_of_a_stack_file() -> None:
    with pytest.raises(CliError) as refused:
        instance("http://gitlab.example.com")
    assert refused.value.message == (
        "--gitlab-url: got 'http://gitlab.example.com', which begins with http://, which sends tokens in clear and "
        "needs GITLAB_ECR_ALLOW_HTTP=true in the environment; write https:// and the host, such as https://gitlab.com"
    )


def test_a_mistake_that_the_setting_would_not_correct_does_not_name_it() -> None:
    with pytest.raises(CliError, match="ends with /api/v4") as refused:
        instance("https://gitlab.example.com/api/v4")
    assert "GITLAB_ECR_ALLOW_HTTP" not in refused.value.message


def test_a_token_is_stored_before_up_for_an_instance_that_was_allowed_without_https(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allowed = list[bool]()

    def record(*, allow_http: bool) -> Any:
        allowed.append(allow_http)
        raise click.Abort

    monkeypatch.setattr(token, "http_client", record)
    monkeypatch.setenv("GITLAB_ECR_ALLOW_HTTP", "true")
    monkeypatch.setattr("sys.stdin", io.StringIO("glpat-0000000000000000"))
    main(["token", "set", "--secret", "gitlab-ecr-prod/gitlab-token", "--gitlab-url", "http://gitlab.example.com"])
    assert allowed == [True]


def test_a_ca_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_SERVER_TLS_CA_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(CliError) as refused:
        http_client()
    assert refused.value.message == (
        f"CI_SERVER_TLS_CA_FILE: {tmp_path / 'ca.pem'}: No such file or directory; name a file of PEM certificates"
    )


def test_a_refusal_says_what_the_token_needs() -> None:
    lacking = "lacks the required permissions: [Project: Read]"
    assert ReadError("projects/7", 403, "gitlab.example.com", lacking).for_user().message == (
        f"gitlab.example.com: GitLab answered 403 ({lacking}) for projects/7; give GITLAB_TOKEN that permission"
    )
    assert ReadError("projects/7", 404).for_user().message == (
        "GitLab answered 404 for projects/7: it does not exist, or GITLAB_TOKEN may not see it; use a Maintainer's "
        "token"
    )


@pytest.mark.parametrize("text", ["hello", "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n", ""])
def test_a_ca_file_without_a_certificate_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(text)
    monkeypatch.setenv("CI_SERVER_TLS_CA_FILE", str(file))
    with pytest.raises(CliError) as refused:
        http_client()
    assert refused.value.message == (
        f"CI_SERVER_TLS_CA_FILE: {file}: the CA bundle holds no certificate: write PEM, with its BEGIN and END lines"
    )
