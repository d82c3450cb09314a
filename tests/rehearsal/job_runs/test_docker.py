"""A Docker daemon as the engine: the rehearsal pulls for it, and hands everything else on."""

import base64
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import podman_here
import pytest
from aws_principals import ACCOUNT, HOST, REGION, Principals, allow
from scripted_docker import ScriptedDocker, scripted_docker
from scripted_runner.docker_api import Docker as Client
from scripted_runner.docker_api import DockerError

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.images import image_of
from rehearsal.cloud.programs import files_layer, shell_layer
from rehearsal.job_runs.docker import Docker, local_socket
from rehearsal.job_runs.podman import Podman

IMAGE = f"{HOST}/ci/node:1"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST]) as running:
        for name in ("ci/node", "secret/tools"):
            running.client("ecr").create_repository(repositoryName=name)
            running.registry.push(HOST, name, "1", image_of([files_layer({"inside.txt": name.encode()})]))
        yield running


@pytest.fixture(scope="module")
def login(cloud: Cloud) -> tuple[str, str]:
    """What opens one repository."""
    aws = Principals(cloud)
    pull = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
    repository = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/ci/node"
    role = aws.role("puller", allow("ecr:GetAuthorizationToken"), allow(pull, repository))
    data: dict[str, Any] = aws.token(aws.assume(role))
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return user, password


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[ScriptedDocker]:
    with scripted_docker(tmp_path) as running:
        yield running


@pytest.fixture
def engine(cloud: Cloud, daemon: ScriptedDocker, tmp_path: Path) -> Iterator[Docker]:
    with ExitStack() as undo:
        folder = tmp_path / "engine"
        folder.mkdir()
        made = Docker(cloud, daemon.socket, folder)
        undo.callback(made.stop)
        yield made


def test_the_runner_talks_to_a_socket_of_the_rehearsal_and_the_daemon_gets_the_image(
    engine: Docker, daemon: ScriptedDocker, login: tuple[str, str]
) -> None:
    assert engine.name == "Docker 27.0, for which the rehearsal pulls"
    Client(f"unix://{engine.socket}").pull(IMAGE, login)
    assert daemon.loaded == [IMAGE]
    assert daemon.logins == {}


@pytest.mark.parametrize(
    ("image", "signed_in", "words"),
    [
        (IMAGE, False, r"manifests/1\": no basic auth credentials"),
        (f"{HOST}/secret/tools:1", True, r"denied: User: .* is not authorized to perform: ecr:BatchGetImage"),
        ("docker.io/library/alpine:3", True, "pulls from its own registries alone"),
    ],
)
def test_a_refused_pull_has_dockers_message(
    engine: Docker, daemon: ScriptedDocker, login: tuple[str, str], *, image: str, signed_in: bool, words: str
) -> None:
    with pytest.raises(DockerError, match=f"Error response from daemon: .*{words}"):
        Client(f"unix://{engine.socket}").pull(image, login if signed_in else None)
    assert daemon.loaded == []


def test_the_daemon_gets_the_containers_and_their_output(engine: Docker, daemon: ScriptedDocker) -> None:
    message: list[bytes] = []
    assert Client(f"unix://{engine.socket}").run("sha256:0123", "host", [], b"true\n", message.append) == 0
    assert (daemon.scripts, message) == (["true\n"], [b"from inside\n"])


def test_no_image_of_a_run_stays_in_the_daemon(
    cloud: Cloud, daemon: ScriptedDocker, login: tuple[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "short"
    folder.mkdir()
    made = Docker(cloud, daemon.socket, folder)
    for _ in range(2):
        Client(f"unix://{made.socket}").pull(IMAGE, login)
    daemon.loaded = [IMAGE]
    made.stop()
    assert daemon.loaded == []


def test_with_a_real_engine_a_job_prints_a_file_of_the_image_that_was_pulled(
    cloud: Cloud, login: tuple[str, str]
) -> None:
    if reason := podman_here.why_not():
        pytest.skip(reason)
    busybox = Path("/bin/busybox")
    shell = shell_layer(busybox, ["sh", "cat"])
    cloud.registry.push(HOST, "ci/node", "shell", image_of([shell, files_layer({"inside.txt": b"from ci/node"})]))
    # Not pytest's own folder: podman wants a short path.
    with tempfile.TemporaryDirectory(prefix="jobs-", ignore_cleanup_errors=True) as name, ExitStack() as undo:
        behind, before = Path(name, "engine"), Path(name, "front")
        behind.mkdir()
        before.mkdir()
        podman = Podman(cloud, behind)
        undo.callback(podman.stop)
        engine = Docker(cloud, podman.socket, before)
        undo.callback(engine.stop)
        client, image, message = Client(f"unix://{engine.socket}"), f"{HOST}/ci/node:shell", b""
        client.pull(image, login)

        def write(piece: bytes) -> None:
            nonlocal message
            message += piece

        assert client.run(client.image_id(image), "host", [], b"cat /inside.txt\n", write) == 0
        assert message == b"from ci/node"


@pytest.mark.parametrize(
    ("host", "words"),
    [("tcp://127.0.0.1:2375", "is not on a socket of this machine"), ("unix:///nowhere", "install podman or Docker")],
)
def test_a_daemon_that_cannot_be_used_is_reported(host: str, words: str) -> None:
    assert words in str(local_socket({"DOCKER_HOST": host}))
