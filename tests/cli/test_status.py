"""What `status` says of one variable, by what GitLab shows of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from plans import HOST, target
from scripted_gitlab import DOWN, URL, ScriptedGitLab

from components.cli import status
from components.docker.auth import login_entry
from components.rotation.gitlab import GitLab
from components.rotation.secret import Secret

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
PATH = "projects/acme/web/variables/DOCKER_AUTH_CONFIG"


def _variable(until: str = "2026-01-01T20:00Z", *hosts: str, **changed: Any) -> dict[str, Any]:
    value = json.dumps({"auths": {host: login_entry("AWS", "fake-password") for host in hosts or (HOST,)}})
    return {
        "key": "DOCKER_AUTH_CONFIG", "value": value, "environment_scope": "*", "variable_type": "file",
        "description": f"gitlab-ecr: {HOST}, valid until {until}, audience backend", **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("found", "health"),
    [
        (_variable(), "good"),
        (_variable("2026-01-01T08:00Z"), "expired: run `gitlab-ecr rotate`"),
        (_variable("2026-01-09T08:00Z"), "says valid until 2026-01-09T08:00Z, but no ECR token lives that long"),
        (_variable("2026-01-01T20:00Z", "r.example.com"), f"holds no token for {HOST}: run `gitlab-ecr rotate`"),
        (_variable(value=None, hidden=True), "good"),
        (_variable(description="by hand"), "never rotated: run `gitlab-ecr rotate`"),
        ((404, {"message": "404 Variable Not Found"}), "absent: run `pulumi up`, which creates it"),
        (500, "GitLab answered 500"),
        (DOWN, "unreachable: gitlab.example.com: no answer in time"),
    ],
)
def test_each_state_has_its_words(monkeypatch: pytest.MonkeyPatch, found: Any, health: str) -> None:
    monkeypatch.setattr(status, "now", lambda: NOW)
    gitlab = GitLab(URL, Secret("glpat-fake-0000"), ScriptedGitLab({PATH: found}))
    assert status._look(target("acme/web"), [HOST], gitlab)[1].startswith(health)
