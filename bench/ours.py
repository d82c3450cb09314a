"""One rotation in a process of its own: `python -m bench.ours URL TOKEN TARGETS CONCURRENCY` prints time and memory.

Minting and proving are answered in memory, as they are one call each however many targets there are.
"""

import base64
import json
import resource
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from components.documents import plan
from components.rotation.aws import Authorization
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp, Response
from components.rotation.outside import Outside
from components.rotation.pace import Pace
from components.rotation.rotate import rotate
from components.rotation.secret import Secret

_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


class _Aws:
    def __init__(self, token: str) -> None:
        self._token = token

    def authorization(self, role_arn: str, region: str) -> Authorization | None:
        del role_arn, region
        token = base64.b64encode(b"AWS:" + b"x" * 2_000).decode()
        return Authorization(Secret(token), datetime.now(UTC) + timedelta(hours=12))

    def secret(self, secret_id: str) -> Secret:
        del secret_id
        return Secret(self._token)

    def parameter(self, name: str) -> str | None:
        del name

    def put_parameter(self, name: str, text: str) -> None:
        raise AssertionError(f"{name}: {text}")


class _Registry:
    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        del method, headers, body
        return Response(403 if "outside" in url else 200, {}, b"")


def main(url: str, token: str, targets: int, concurrency: int) -> None:
    """Rotates, and prints seconds and the peak of memory in MB as JSON."""
    registry = plan.Registry("123456789012", "eu-central-1", (_HOST,))
    wanted = plan.Plan(
        version=plan.VERSION,
        stack="bench",
        region="eu-central-1",
        state="/bench/state",
        gitlab=plan.GitLab(url, True, None, {"default": "bench"}, None, concurrency, 1000),
        audiences={"bench": plan.Audience("arn:aws:iam::123456789012:role/bench", (registry,), "inside", "outside")},
        targets=tuple(
            plan.Target(
                plan.OwnerKind.PROJECT, str(number), f"bench/project-{number}", "DOCKER_AUTH_CONFIG", "*", ("bench",),
                "default", plan.Flags("file", masked=True, protected=False, raw=True, hidden=False), None,
            )
            for number in range(1, targets + 1)
        ),
    )  # fmt: skip
    clock = SystemClock()
    deadline = Deadline(clock, 600)
    http = PooledHttp(clock, deadline, connections=concurrency, allow_http=True, pace=Pace(clock, 1000))
    begin = time.monotonic()
    report = rotate(wanted, Outside(_Aws(token), _Registry(), http, clock, deadline), fired_by="manual", run="bench")
    seconds = time.monotonic() - begin
    if report.failures:
        sys.exit("\n".join(report.failures[:5]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": memory}))  # noqa: T201 - the answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
