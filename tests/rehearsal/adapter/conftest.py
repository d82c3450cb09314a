"""One small world for all tests of the adapter."""

from collections.abc import Iterator
from typing import Any

import pytest
from iam_json import policy
from measured import measured_children

from rehearsal.adapter.adapter import Adapter
from rehearsal.world import World

_TRUST = policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
_RIGHTS = policy({"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "*"})
_NEEDED: list[tuple[str, dict[str, Any]]] = [
    ("aws:iam/role:Role", {"name": "base", "assumeRolePolicy": _TRUST}),
    ("aws:iam/role:Role", {"name": "other", "assumeRolePolicy": _TRUST}),
    ("aws:iam/user:User", {"name": "base"}),
    ("aws:iam/policy:Policy", {"name": "bound", "path": "/base/", "policy": _RIGHTS}),
    ("aws:s3/bucket:Bucket", {"name": "base", "bucket": "base"}),
    ("aws:sns/topic:Topic", {"name": "base"}),
]


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    declared: Any = {
        "account": "123456789012",
        "region": "eu-central-1",
        "prefix": "gitlab-ecr-test",
        "stack": "test",
        "gitlab": {"url": "https://gitlab.example.com"},
        "repositories": {},
    }
    with measured_children():  # what other tests start until the end of the session is none of its processes
        running = World(declared)
    with running:
        adapter = Adapter(running)
        for type_, inputs in _NEEDED:
            adapter.create(type_, inputs["name"], inputs)
        yield running
