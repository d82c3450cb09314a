"""One rotation in a separate process: `python -m bench.ours URL TOKEN TARGETS AUDIENCES CONCURRENCY SECONDS`.

GitLab is at the URL. Stand-ins in memory answer for AWS and the registry, each request after SECONDS, and count the
requests. The real clients are created as well, because they take memory. Prints the time, the memory and the number of
requests to AWS and the registry as JSON.
"""

import base64
import json
import secrets
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from components.contract import plan
from components.contract.firing import FiredBy
from components.docker.auth import DOCKER_AUTH_CONFIG
from components.rotation import memory
from components.rotation.aws import Authorization, BotoAws
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp, Response
from components.rotation.keys.store import BotoKeyStore
from components.rotation.pace import Pace
from components.rotation.rotate import rotate
from components.rotation.secret import Secret
from components.rotation.services import Services

from .memory import peak

_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_ASSUME_AND_MINT = 2


class _Answers:
    """Counts requests, and delays each of them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self.counted = 0

    def wait(self, requests: int = 1) -> None:
        with self._lock:
            self.counted += requests
        time.sleep(self._seconds * requests)


class _Aws:
    def __init__(self, gitlab_token: str, remembered: str, answers: _Answers) -> None:
        self._gitlab_token = gitlab_token
        self._remembered = remembered
        self._answers = answers

    def authorization(self, role_arn: str, region: str) -> Authorization | None:
        del role_arn, region
        self._answers.wait(_ASSUME_AND_MINT)
        token = base64.b64encode(b"AWS:" + secrets.token_hex(1_000).encode()).decode()
        return Authorization(Secret(token), datetime.now(UTC) + timedelta(hours=12))

    def secret(self, secret_id: str, stage: str = "AWSCURRENT") -> Secret:
        del secret_id, stage
        self._answers.wait()
        return Secret(self._gitlab_token)

    def put_secret(self, secret_id: str, text: Secret, version: str) -> bool:
        del secret_id, text, version
        raise AssertionError("this plan writes no secret")

    def parameter(self, name: str) -> str | None:
        del name
        self._answers.wait()
        return self._remembered

    def put_parameter(self, name: str, text: str) -> None:
        raise AssertionError(f"{name}: {text}")


class _Registry:
    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self.signed_in: Counter[str] = Counter()

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        del method, body
        self._answers.wait()
        self.signed_in[headers["Authorization"]] += 1
        return Response(403 if "outside" in url else 200, {}, b"")


def main(url: str, token: str, targets: int, audiences: int, *, concurrency: int, seconds: float) -> None:
    """Rotates, and prints the time, memory and requests that it took."""
    clock = SystemClock()
    deadline = Deadline(clock, 600)
    http = PooledHttp(deadline, connections=concurrency, allow_http=True, pace=Pace(clock, 1000))
    from_aws, from_registry = _Answers(seconds), _Answers(seconds)
    registry = _Registry(from_registry)
    boto = BotoAws("eu-central-1")
    clients = [boto.client(service) for service in ("sts", "ecr", "secretsmanager", "ssm")]
    wanted = _plan(url, targets, audiences, concurrency)
    before = memory.Memory().after("before", {memory.digest(target) for target in wanted.targets}, {})
    aws = _Aws(token, memory.dumps(before), from_aws)
    services = Services(aws, BotoKeyStore("eu-central-1"), registry, http, clock, deadline)
    begin = time.monotonic()
    report = rotate(wanted, services, fired_by=FiredBy.MANUAL, run="bench")
    took = time.monotonic() - begin
    if report.failures:
        sys.exit("\n".join(report.failures[:5]))
    old_tokens = len(registry.signed_in) - audiences
    del clients
    counted = {"to_aws": from_aws.counted, "to_registry": from_registry.counted, "old_tokens": old_tokens}
    print(json.dumps({"seconds": took, "megabytes": peak(), **counted}))  # noqa: T201 - the answer


def _plan(url: str, targets: int, audiences: int, concurrency: int) -> plan.Plan:
    registry = plan.Registry("123456789012", "eu-central-1", (_HOST,))
    role = "arn:aws:iam::123456789012:role/bench"
    flags = plan.Flags(plan.VariableType.FILE, masked=True, protected=False, raw=True, hidden=False)
    return plan.Plan(
        version=plan.VERSION,
        stack="bench",
        region="eu-central-1",
        state="/bench/state",
        gitlab=plan.GitLab(url, True, None, "bench", plan.TokenRenewal.OWN, None, concurrency, 1000),
        audiences={str(n): plan.Audience(f"{role}-{n}", (registry,), "inside", "outside") for n in range(audiences)},
        targets=tuple(
            plan.TokenTarget(
                plan.OwnerKind.PROJECT, str(number), f"bench/project-{number}", DOCKER_AUTH_CONFIG, "*",
                flags, str(number % audiences), None,
            )
            for number in range(1, targets + 1)
        ),
        secrets=(),
        key_users=(),
    )  # fmt: skip


if __name__ == "__main__":
    url, token, targets, audiences, concurrency, seconds = sys.argv[1:]
    main(url, token, int(targets), int(audiences), concurrency=int(concurrency), seconds=float(seconds))
