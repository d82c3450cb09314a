"""What a runner's whole declaration may say about its machine."""

from typing import Any

import pytest
from runner_args import runner_args

from components.runner.documents import RunnerDocuments, documents

_OWN = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_STATIC = {"kind": "static", "logins": {"r.example.com": {"username": "u", "password": "fake"}}}
_IMAGE = {"image": "ruby:3.4"}


def _documents(**options: Any) -> RunnerDocuments:
    return documents(runner_args({"group_id": 7, "docker": _IMAGE, **options}))


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"executor": "shell"}, "runner.executor: got shell"),
        ({"docker": {**_IMAGE, "privileged": True}}, "runner.docker.privileged: got true"),
        ({"docker": {**_IMAGE, "more": {"pid_mode": "host"}}}, "runner.docker.pid_mode: got 'host'"),
        ({"docker": {**_IMAGE, "more": {"cap_add": ["SYS_ADMIN"]}}}, "runner.docker.cap_add: got 'SYS_ADMIN'"),
        ({"docker": {**_IMAGE, "network_mode": "host"}}, "runner.docker.network_mode: got 'host'"),
        (
            {"docker": {**_IMAGE, "volumes": ["/run/docker.sock:/x"]}},
            "runner.docker.volumes: got '/run/docker.sock:/x'",
        ),
        (
            {"template": '[[runners]]\n[runners.docker]\nimage = "ruby:3.4"\nprivileged = true\n'},
            "runner.template.docker.privileged: got true",
        ),
    ],
)
def test_jobs_that_own_a_machine_with_a_role_must_be_acknowledged(options: Any, place: str) -> None:
    with pytest.raises(ValueError, match=r"^runner\.") as caught:
        _documents(**options)
    assert str(caught.value).startswith(f"{place}")
    acknowledged = _documents(**options, jobs_own_machine=True)
    if "template" not in options:
        assert any("as `jobs_own_machine` acknowledges" in warning for warning in acknowledged.warnings)
    with pytest.raises(ValueError, match="on a machine with an instance role"):
        _documents(**options, access=_STATIC, machine={"image_id": "ami-0"})
    assert not any("acknowledges" in warning for warning in _documents(**options, access=_STATIC).warnings)


def test_a_helper_that_does_not_know_a_declared_host_is_refused() -> None:
    machine = {"image_id": "ami-0", "helper_version": "0.9.0", "helper_sha256": {"amd64": "a" * 64}}
    dual_stack = "123456789012.dkr-ecr.eu-central-1.on.aws"
    with pytest.raises(
        ValueError, match=rf"helper_version: got '0\.9\.0'; write 0\.10\.0 or later, which knows {dual_stack}"
    ):
        _documents(machine=machine, access={"registry_hosts": [dual_stack]})
    assert _documents(machine=machine, access={"registry_hosts": [_OWN]}).user_data
    assert _documents(machine=machine, access={"registry_hosts": [dual_stack], "helper": "other"}).user_data
