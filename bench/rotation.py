"""A rotation of many targets: by the AWS CLI and curl in a shell, by a python-gitlab loop, and by this rotator.

This rotator's time is also compared with the shortest time that is possible. Each runs in a separate process against
the same GitLab, which answers with a delay. AWS and the registry answer this rotator with the same delay.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from . import aws_account
from .gitlab_server import GitLabServer
from .rows import Figures, Row

_ROOT: Final = Path(__file__).parents[1]
_TARGETS: Final = 1_000
_MANY_AUDIENCES: Final = 10
_CONCURRENCY: Final = 16
_LATENCY: Final = 0.020
_SHELL_SAMPLE: Final = 40
_LOOP_SAMPLE: Final = 100
_RUNS: Final = 5
_WHAT: Final = f"{_TARGETS} targets, GitLab answers in {_LATENCY * 1000:.0f} ms"
_LOOP: Final = f"{_WHAT}; the loop on {_LOOP_SAMPLE} targets, scaled"
_SHELL: Final = (
    f"{_WHAT}; the shell gets one token with the AWS CLI, then runs one curl per project, for {_SHELL_SAMPLE} "
    "projects, scaled; it writes without reading, so it keeps no other entries"
)
_BOUND: Final = (
    "to GitLab and the registry: 2 x targets + 4 x audiences + old tokens + 2; an audience takes three (GET /v2/ and "
    "two probes), a run one (for the expiry of the GitLab token)"
)
_AWS: Final = (
    "an audience takes AssumeRole and GetAuthorizationToken; a run reads the GitLab token and what failed before; the "
    "shell takes GetAuthorizationToken"
)
_FLOOR_TIME, _LOOP_TIME, _SHELL_TIME, _ALLOWED, _ALLOWED_MANY, _LOOP_REQUESTS, _SHELL_REQUESTS, _AWS_REQUESTS = (
    Row("time, the floor", "s", f"{_WHAT}; concurrency {_CONCURRENCY}", 1.15),
    Row("time, a python-gitlab loop", "s", _LOOP),
    Row("time, AWS CLI and curl in shell", "s", _SHELL),
    Row("requests, allowed", "", f"{_TARGETS} targets, 1 audience; {_BOUND}", 1),
    Row("requests, allowed, 10 audiences", "", f"{_TARGETS} targets, {_MANY_AUDIENCES} audiences; likewise", 1),
    Row("requests, a python-gitlab loop", "", f"{_LOOP}; to GitLab and the registry"),
    Row("requests, AWS CLI and curl in shell", "", f"{_SHELL}; to GitLab and the registry"),
    Row("requests to AWS, AWS CLI and curl in shell", "", f"{_TARGETS} targets, 1 audience; {_AWS}"),
)
_ALLOWED_MEMORY, _LOOP_MEMORY, _SHELL_MEMORY = (
    Row("peak memory, allowed", "MB", f"{_TARGETS} targets, each contender in a separate process", 1),
    Row("peak memory, a python-gitlab loop", "MB", f"the loop on {_LOOP_SAMPLE} targets"),
    Row("peak memory, AWS CLI and curl in shell", "MB", "for the shell: its largest process, the AWS CLI"),
)
ROWS: Final = [
    *(_FLOOR_TIME, _LOOP_TIME, _SHELL_TIME, _ALLOWED, _ALLOWED_MANY, _LOOP_REQUESTS, _SHELL_REQUESTS),
    _AWS_REQUESTS,
    *(_ALLOWED_MEMORY, _LOOP_MEMORY, _SHELL_MEMORY),
]


def measure() -> list[dict[str, Any]]:
    """The measured rows, one for each comparison. It prints nothing."""
    with GitLabServer(_TARGETS, _LATENCY) as server:
        runs = [_ours(server, 1) for _ in range(_RUNS)]
        many = _ours(server, _MANY_AUDIENCES)
        before = server.requests()
        loop = _python("bench.python_gitlab", server, _LOOP_SAMPLE)
        loop_requests = (server.requests() - before) * _TARGETS / _LOOP_SAMPLE
        shell = _shell(server)
    seconds, megabytes = [run["seconds"] for run in runs], [run["megabytes"] for run in runs]
    ours = runs[-1]
    requests = ours["requests"]
    return [
        _FLOOR_TIME.measured(seconds, 2 * _TARGETS * _LATENCY / _CONCURRENCY),
        _LOOP_TIME.measured(seconds, loop["seconds"] * _TARGETS / _LOOP_SAMPLE),
        _against_shell(_SHELL_TIME, seconds, shell, "seconds"),
        _ALLOWED.measured(requests, _allowed(1, ours["old_tokens"])),
        _ALLOWED_MANY.measured(many["requests"], _allowed(_MANY_AUDIENCES, many["old_tokens"])),
        _LOOP_REQUESTS.measured(requests, loop_requests),
        _against_shell(_SHELL_REQUESTS, requests, shell, "requests"),
        _against_shell(_AWS_REQUESTS, ours["to_aws"], shell, "to_aws"),
        _ALLOWED_MEMORY.measured(megabytes, 128),
        _LOOP_MEMORY.measured(megabytes, loop["megabytes"]),
        _against_shell(_SHELL_MEMORY, megabytes, shell, "megabytes"),
    ]


def _allowed(audiences: int, old_tokens: float) -> float:
    return 2 * _TARGETS + 4 * audiences + old_tokens + 2


def _ours(server: GitLabServer, audiences: int) -> dict[str, float]:
    before = server.requests()
    used = _python("bench.ours", server, _TARGETS, audiences, _CONCURRENCY, _LATENCY)
    return {**used, "requests": used["to_registry"] + server.requests() - before}


def _python(module: str, server: GitLabServer, *arguments: float, env: Mapping[str, str] | None = None) -> Any:
    command = [sys.executable, "-m", module, server.url, server.token, *map(str, arguments)]
    return json.loads(subprocess.run(command, cwd=_ROOT, env=env, stdout=subprocess.PIPE, check=True).stdout)


def _shell(server: GitLabServer) -> dict[str, float] | str:
    """What the shell needs for all targets, or why that is not known."""
    if missing := [program for program in ("aws", "curl") if shutil.which(program) is None]:
        return f"no {' and no '.join(missing)} on PATH"
    with aws_account.environment() as environment:
        sample = _python("bench.shell", server, _SHELL_SAMPLE, env=environment)
    seconds = sample["sign_in"] + sample["write"] * _TARGETS / _SHELL_SAMPLE
    return {"seconds": seconds, "requests": _TARGETS, "to_aws": 1, "megabytes": sample["megabytes"]}


def _against_shell(row: Row, ours: Figures, shell: dict[str, float] | str, figure: str) -> dict[str, Any]:
    return row.not_measured(ours, shell) if isinstance(shell, str) else row.measured(ours, shell[figure])
