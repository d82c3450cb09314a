"""Debian's docker-registry as a process: its message when it cannot start, and how the front handles its end."""

import os
import signal
from pathlib import Path

import pytest
from aws_principals import ACCOUNT, GET_TOKEN, HOST, PULL, REGION, Principals, allow

from rehearsal import clients
from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.docker_registry import PROGRAM, DockerRegistry
from rehearsal.cloud.images import tiny_image
from rehearsal.puller import PullError

WITH_IT = [True] if clients.present(PROGRAM) else []


def test_without_the_program_our_own_store_serves_unless_every_client_is_required(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(clients.EVERY_CLIENT, "")
    assert clients.present(PROGRAM) is False
    monkeypatch.setenv(clients.EVERY_CLIENT, "true")
    with pytest.raises(clients.ClientError, match=r"docker-registry is not installed; \.ci/run installs it"):
        clients.present(PROGRAM)


@pytest.mark.parametrize("_", WITH_IT)
def test_a_registry_that_cannot_start_is_reported_with_its_log(
    _: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("rehearsal.cloud.docker_registry._START_LIMIT", 0.3)
    elsewhere = {"version": "0.1", "storage": {"inmemory": {}}, "http": {"addr": "203.0.113.1:80"}}
    monkeypatch.setattr("rehearsal.cloud.docker_registry._config", lambda _: elsewhere)
    registry = DockerRegistry(tmp_path)
    with pytest.raises(RuntimeError, match=r"docker-registry did not listen on port .*; its log .*203.0.113.1:80"):
        registry.wait_ready()
    registry.stop()


@pytest.mark.parametrize("_", WITH_IT)
def test_a_registry_that_died_is_a_failure_of_the_front_and_not_a_denial(_: bool) -> None:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST], docker_registry=True) as cloud:
        aws = Principals(cloud)
        cloud.client("ecr").create_repository(repositoryName="ci/app")
        cloud.registry.push(HOST, "ci/app", "1.0", tiny_image("app"))
        auth = aws.auth(aws.role("pulls", GET_TOKEN, allow(PULL)))
        assert aws.pull("ci/app", "1.0", auth).allowed
        store = cloud.registry._store
        assert isinstance(store, DockerRegistry)
        os.killpg(store._program._process.pid, signal.SIGKILL)
        store._program._process.wait()
        with pytest.raises(Exception, match="registry front"):
            aws.pull("ci/app", "1.0", auth)
        assert len(cloud.registry.failures) == 1


@pytest.mark.parametrize("_", WITH_IT)
def test_a_layer_that_another_repository_has_is_mounted_from_there(_: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST], docker_registry=True) as cloud:
        aws = Principals(cloud)
        auth = aws.auth(aws.role("pulls", GET_TOKEN, allow(PULL)))
        sent: list[tuple[str, str]] = []
        store = cloud.registry._store
        assert isinstance(store, DockerRegistry)
        ask = store._registry.ask
        monkeypatch.setattr(
            store._registry,
            "ask",
            lambda method, path, *rest: (sent.append((method, path)), ask(method, path, *rest))[1],
        )
        for name in ("ci/app", "ci/base"):
            cloud.client("ecr").create_repository(repositoryName=name)
            cloud.registry.push(HOST, name, "1.0", tiny_image(name, "shared"))
        uploads = [path.split("?")[0].rpartition("/v2/")[2] for method, path in sent if method == "PUT"]
        assert sum(path.startswith(f"{HOST}/ci/app/blobs/") for path in uploads) == 3
        assert sum(path.startswith(f"{HOST}/ci/base/blobs/") for path in uploads) == 2
        assert aws.pull("ci/app", "1.0", auth).allowed
        assert aws.pull("ci/base", "1.0", auth).allowed


@pytest.mark.parametrize("_", WITH_IT)
def test_a_tag_that_nobody_pushed_is_absent_without_a_request_to_the_program(_: bool) -> None:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST], docker_registry=True) as cloud:
        aws = Principals(cloud)
        cloud.client("ecr").create_repository(repositoryName="ci/app")
        auth = aws.auth(aws.role("pulls", GET_TOKEN, allow(PULL)))
        store = cloud.registry._store
        assert isinstance(store, DockerRegistry)
        store.stop()
        with pytest.raises(PullError, match="404 MANIFEST_UNKNOWN: Requested image not found"):
            aws.pull("ci/app", "gitlab-ecr-probe", auth)
        assert cloud.registry.failures == []
