"""Docker clients and daemons that do not understand or do not reach each other, on the runner and in the job."""

from pathlib import Path

import pytest
from job_logs import answer, preparation, script

_OLD = "is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version"
_SCRIPTS = [
    f"Error response from daemon: client version 1.43 {_OLD}",
    f"ERROR: Error response from daemon: client version 1.24 {_OLD}",
    (
        "docker.errors.DockerException: Error while fetching server API version: 400 Client Error for "
        f'http+docker://localhost/version: Bad Request ("client version 1.22 {_OLD}")'
    ),
    f'BadRequestException: Status 400: {{"message":"client version 1.32 {_OLD}"}}',
    "Error response from daemon: client version 1.44 is too new. Maximum supported API version is 1.41",
    "Error response from daemon: client is newer than server (client API version: 1.24, server API version: 1.23)",
    '"--platform" requires API version 1.44, but the Docker daemon API version is 1.41',
]


@pytest.mark.parametrize("message", _SCRIPTS)
def test_a_docker_client_in_the_script_that_does_not_fit_its_daemon_is_named(
    message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = answer(script("docker build .", message), tmp_path, capsys)
    assert words.startswith("docker-version: the script's Docker client")
    assert "no registry is at fault" in words
    assert "docker:29-dind" in words


@pytest.mark.parametrize("message", [_SCRIPTS[0].replace("1.43", "1.41"), _SCRIPTS[4]])
def test_a_runner_that_does_not_fit_its_docker_daemon_is_named(
    message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = answer(preparation(message), tmp_path, capsys)
    assert words.startswith("docker-version: the runner and the Docker daemon on its machine")
    assert "update GitLab Runner" in words


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (
            (
                'error during connect: Get "https://docker:2376/v1.47/info": tls: failed to verify certificate: x509: '
                "certificate signed by unknown authority"
            ),
            "does not accept the certificate of the Docker daemon at https://docker:2376",
        ),
        (
            (
                'error during connect: Get "https://dind:2376/v1.47/info": tls: failed to verify certificate: x509: '
                "certificate is valid for docker, localhost, not dind"
            ),
            "certificate is valid for docker, localhost, not dind",
        ),
        (
            'error during connect: Get "https://docker:2376/v1.47/info": remote error: tls: certificate required',
            "certificate required",
        ),
        (
            (
                'error during connect: Get "https://docker:2375/v1.47/info": http: server gave HTTP response to HTTPS '
                "client"
            ),
            "uses TLS, but the Docker daemon does not",
        ),
        (
            "failed to dial gRPC: cannot connect to the Docker daemon. Is 'docker daemon' running on this host?",
            "no Docker daemon answers: no registry",
        ),
        ("Error: connect ECONNREFUSED 172.17.0.3:2375", "answers at 172.17.0.3:2375"),
        ('error during connect: Post "http://docker:2375/v1.24/auth": dial tcp: lookup docker: Try again', "answers"),
        (
            "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
            "answers at unix:///var/run/docker.sock",
        ),
        (
            "failed to connect to the docker API at tcp://docker:2375: lookup docker on 10.0.0.2:53: no such host",
            "answers at",
        ),
        (
            (
                "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and "
                "if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory"
            ),
            "answers at unix:///var/run/docker.sock",
        ),
    ],
)
def test_a_daemon_that_cannot_be_used_does_not_count_as_a_registry(
    message: str, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = answer(script("docker info", message), tmp_path, capsys)
    assert words.startswith("no-docker-daemon: ")
    assert what in words


@pytest.mark.parametrize(
    "message",
    [
        "Error response from daemon: server API version for this host does not match: 1.40",
        "ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
    ],
)
def test_for_an_unknown_message_no_cause_is_guessed(
    message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(script("docker build .", message), tmp_path, capsys).startswith("no known cause: the script failed")


def test_a_service_that_is_too_old_is_not_to_blame_for_a_failed_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = script("make test", "FAILED 1 test").replace(
        "Preparing environment", f"Error response from daemon: {_SCRIPTS[0]}\nPreparing environment"
    )
    assert answer(log, tmp_path, capsys).startswith("no known cause: the script failed, in `make test`")
