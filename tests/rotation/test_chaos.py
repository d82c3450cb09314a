"""The promises of a run while every server it talks to misbehaves in each way we know of, over real connections."""

import json
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

import pytest
import trustme
from bad_server import WAYS, Way, serving, well
from plans import ACCOUNT, REGION, audience, plan_of, secret_target, target
from scripted import FOREIGN, GITLAB_TOKEN, World
from scripted_registry import ScriptedRegistry

from components.contract import plan
from components.contract.firing import FiredBy
from components.rotation import metrics
from components.rotation.clock import Deadline, SystemClock
from components.rotation.handler import run as handler_run
from components.rotation.http import PooledHttp, Response
from components.rotation.prove import AT_ONCE
from components.rotation.report import Report
from components.rotation.results import Status
from components.rotation.rotate import rotate
from components.rotation.run import threads as threads_of

pytestmark = pytest.mark.slow(reason="its two runs wait until their time is over, and most tests look at one of them")

_SECONDS: Final = 4.0
_LONGER: Final = 2 * _SECONDS  # where the healthy targets have to be written meanwhile, on a busy machine
_ENOUGH: Final = 7 * _SECONDS  # where the run ends by itself, even on a very busy machine
_AT_MOST: Final = 4.0  # seconds more, by the wall clock
_GOOD: Final = tuple(f"acme/good-{number}" for number in range(6))
_BAD: Final = {f"acme/bad-{number}": name for number, name in enumerate(WAYS)}
_VALUE: Final = json.dumps({"auths": FOREIGN}, separators=(",", ":"))


class _Real(World):
    """The scripted world at the time of day, behind servers."""

    def __init__(self, *, bad_projects: bool = True) -> None:
        super().__init__()
        self.bad_projects = bad_projects
        self.lock = threading.RLock()
        self.asked: dict[str, Counter[str]] = defaultdict(Counter)

    def call(self, name: str, effect: Callable[[], Any]) -> Any:
        with self.lock:
            self.clock.moment = SystemClock().now()
            return super().call(name, effect)

    def gitlab(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Way:
        owner = unquote(path).removeprefix("/api/v4/projects/").partition("/variables")[0]
        self.asked[owner][method] += 1
        if self.bad_projects and owner in _BAD:
            return WAYS[_BAD[owner]]
        return well(self._whole("gitlab", method, path, {"PRIVATE-TOKEN": headers["private-token"]}, body))

    def registry(self, method: str, path: str, headers: dict[str, str], _: bytes) -> Way:
        auth = headers["authorization"].removeprefix("Basic ")
        owner = f"acme/{self.tokens[auth].role_arn.rpartition('/')[2]}"
        if owner in _BAD:
            return WAYS[_BAD[owner]]
        return well(self._whole("registry", method, path, {"Authorization": headers["authorization"]}, b""))

    def _whole(self, what: str, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        services = self.services(0)
        http = services.gitlab_http if what == "gitlab" else ScriptedRegistry(self)
        assert http is not None
        return http.request(method, f"https://example.com{path}", headers, body or None)

    def at_work(self, wanted: plan.Plan, seconds: float = _SECONDS, **http: Any) -> tuple[Report, float]:
        """One run at the time of day, and how long it took by the wall clock."""
        clock = SystemClock()
        deadline = Deadline(clock, seconds)
        threads = threads_of(wanted)
        services = replace(
            self.services(0),
            clock=clock,
            deadline=deadline,
            gitlab_http=PooledHttp(deadline, connections=threads, allow_http=True),
            **{name: make(clock, deadline) for name, make in http.items()},
        )
        begin = time.monotonic()
        return rotate(wanted, services, fired_by=FiredBy.SCHEDULE, run="run-1"), time.monotonic() - begin


@pytest.fixture(scope="module")
def targets() -> tuple[_Real, Report, float]:
    """One run over good projects and one project for each way."""
    world = _Real()
    for path in (*_GOOD, *_BAD):
        world.seed(path, _VALUE)
    every = [target(path) for path in (*_GOOD, *_BAD)]
    with serving(world.gitlab) as port:
        wanted = plan_of(*every, url=f"http://127.0.0.1:{port}", allow_http=True, concurrency=64)
        return world, *world.at_work(wanted, _LONGER)


def _result(report: Report, path: str) -> Any:
    return next(result for result in report.targets if result.target.path == path)


def test_a_run_ends_in_time_with_any_behaviour_of_single_projects(targets: tuple[_Real, Report, float]) -> None:
    assert targets[2] < _LONGER + _AT_MOST


def test_every_other_project_is_written(targets: tuple[_Real, Report, float]) -> None:
    world, report, _ = targets
    assert {_result(report, path).status for path in _GOOD} == {Status.PUBLISHED}
    for path in _GOOD:
        assert world.works(path)
        assert FOREIGN.items() <= world.auths(path).items()


@pytest.mark.parametrize("path", _BAD, ids=_BAD.__getitem__)
def test_a_misbehaving_project_is_reported_in_one_line_with_its_name(
    targets: tuple[_Real, Report, float], path: str
) -> None:
    _, report, _ = targets
    result = _result(report, path)
    assert result.status in (Status.FAILED, Status.LEFT)
    assert result.reason
    assert result.reason.isprintable()
    assert "an error in gitlab-ecr itself" not in result.reason
    assert sum(line.startswith(f"{result.target.name}: ") for line in report.failures) == 1


@pytest.mark.parametrize("path", _BAD, ids=_BAD.__getitem__)
def test_nothing_is_written_where_nothing_could_be_read(targets: tuple[_Real, Report, float], path: str) -> None:
    world, _, _ = targets
    if _BAD[path] != "has flags of other types":  # still a variable, whose flags are corrected
        assert world.asked[path].keys() == {"GET"}
    assert world.variable(path)["value"] == _VALUE


def test_a_healthy_target_takes_one_read_and_one_write(targets: tuple[_Real, Report, float]) -> None:
    world, _, _ = targets
    assert {path: dict(world.asked[path]) for path in _GOOD} == {path: {"GET": 1, "PUT": 1} for path in _GOOD}


def test_a_target_counts_as_gone_only_if_gitlab_itself_says_so(targets: tuple[_Real, Report, float]) -> None:
    world, report, _ = targets
    absent = {result.target.path for result in report.targets if result.absent}
    assert {_BAD[path] for path in absent} == {"answers in colours"}  # a 403 in GitLab's own form
    assert {result.status for result in report.targets} & {Status.GONE} == set()
    assert len(world.parameters["/fake/rotator/state"]) <= 4_096


def test_report_and_metrics_are_complete_and_show_no_secret(targets: tuple[_Real, Report, float]) -> None:
    world, report, _ = targets
    line = report.log_line() + metrics.line(report) + json.dumps(report.short())
    assert metrics.values(report)["TargetsFailed"] == len(_BAD)
    assert metrics.values(report)["RotationSuccess"] == 1
    assert not [secret for secret in (GITLAB_TOKEN, *world.tokens) if secret in line]


@pytest.fixture(scope="module")
def audiences() -> tuple[_Real, Report, float]:
    """One run over audiences, whose registry misbehaves in each way towards one of them."""
    world = _Real(bad_projects=False)
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    for path in (*_GOOD, *_BAD):
        world.seed(path, _VALUE)
    world.logins |= {f"fake/audience/{path}": {} for path in (*_GOOD, *_BAD)}
    with serving(world.registry, tls=server) as registry, serving(world.gitlab) as gitlab:
        host = plan.Registry(ACCOUNT, REGION, (f"127.0.0.1:{registry}",))
        named = {path.partition("/")[2]: path for path in (*_GOOD, *_BAD)}
        wanted = plan_of(
            *(target(path, name) for name, path in named.items()),
            audiences={name: audience(name, registries=(host,)) for name in named},
            url=f"http://127.0.0.1:{gitlab}",
            allow_http=True,
            concurrency=64,
        )
        wanted = replace(wanted, secrets=tuple(secret_target(path, name) for name, path in named.items()))
        bundle = authority.cert_pem.bytes().decode()

        def registry_http(clock: SystemClock, deadline: Deadline) -> PooledHttp:
            return PooledHttp(deadline, connections=AT_ONCE * 64, ca_bundle=bundle)

        return world, *world.at_work(wanted, _ENOUGH, registry_http=registry_http)


def test_a_run_ends_in_time_with_any_behaviour_of_the_registry(audiences: tuple[_Real, Report, float]) -> None:
    assert audiences[2] < _ENOUGH + _AT_MOST


def test_every_other_audience_is_published(audiences: tuple[_Real, Report, float]) -> None:
    _, report, _ = audiences
    failed = {result.audience for result in report.audiences if result.reason}
    assert failed == {path.partition("/")[2] for path in _BAD}
    assert {_result(report, path).status for path in _GOOD} == {Status.PUBLISHED}


@pytest.mark.parametrize("path", _BAD, ids=_BAD.__getitem__)
def test_no_token_is_published_that_a_registry_did_not_accept(
    audiences: tuple[_Real, Report, float], path: str
) -> None:
    world, report, _ = audiences
    assert _result(report, path).status is Status.FAILED
    assert world.variable(path)["value"] == _VALUE
    reason = next(result.reason for result in report.audiences if result.audience == path.partition("/")[2])
    assert "an error in gitlab-ecr itself" not in reason


@pytest.mark.parametrize("path", _BAD, ids=_BAD.__getitem__)
def test_no_secret_gets_a_login_that_a_registry_did_not_accept(
    audiences: tuple[_Real, Report, float], path: str
) -> None:
    assert audiences[0].logins[f"fake/audience/{path}"] == {}


def test_every_other_secret_gets_one_version(audiences: tuple[_Real, Report, float]) -> None:
    assert [len(audiences[0].logins[f"fake/audience/{path}"]) for path in _GOOD] == [1] * len(_GOOD)


def test_a_run_ends_and_reports_and_changes_nothing_with_any_answer_about_the_token() -> None:
    def one(name: str) -> tuple[str, _Real, Report, float]:
        world = _Real()
        world.seed("acme/good-0", _VALUE)
        with serving(lambda *_: WAYS[name]) as port:
            wanted = plan_of(target("acme/good-0"), url=f"http://127.0.0.1:{port}", allow_http=True)
            return name, world, *world.at_work(wanted)

    with ThreadPoolExecutor(len(WAYS)) as pool:
        for name, world, report, seconds in pool.map(one, WAYS):
            assert seconds < _SECONDS + _AT_MOST, name
            assert report.targets[0].status in (Status.FAILED, Status.LEFT), name
            assert "an error in gitlab-ecr itself" not in report.log_line(), name
            assert world.variable("acme/good-0")["value"] == _VALUE, name
            assert GITLAB_TOKEN not in report.log_line(), name


_OF_AWS: Final = (
    "trickles its body", "never answers", "resets the connection", "is nested without end", "is a list",
    "has a header without end", "is a page of a proxy", "has an empty body", "has an infinite number",
)  # fmt: skip


def test_the_lambda_reports_before_its_own_end_with_any_behaviour_of_aws(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "fake")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "fake-secret-of-the-function")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    turns = iter(range(1_000))
    with serving(lambda *_: WAYS[_OF_AWS[next(turns) % len(_OF_AWS)]]) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        names = [str(number) for number in range(20)]
        wanted = plan_of(target("acme/web", "0"), audiences={name: audience(name) for name in names}, concurrency=20)
        begin = time.monotonic()
        report = handler_run(wanted, 12, fired_by=FiredBy.SCHEDULE, run_id="run-1")
        assert time.monotonic() - begin < 12
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2
    assert not json.loads(printed[0])["gitlab_ecr_report"]["ok"]
    assert json.loads(printed[1])["RotationSuccess"] == 0
    assert len([result for result in report.audiences if result.reason]) == len(names)
    assert "fake-secret" not in "".join(printed)
