"""A token is published only if ECR's answer is complete and the registry accepts the token as declared."""

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from plans import ACCOUNT, HOST, REGION, audience, plan_of, target
from scripted import START, World, answer, denied

from components.contract import plan
from components.contract.firing import FiredBy
from components.rotation.aws import Authorization, AwsError
from components.rotation.http import Response, UnreachableError
from components.rotation.mint import RefusedError, Token
from components.rotation.prove import prove
from components.rotation.results import Status
from components.rotation.secret import Secret

_GOOD = base64.b64encode(b"AWS:fake-password").decode()


def _aws_error(code: str) -> Callable[[str], Authorization | None]:
    def raising(_: str) -> Authorization | None:
        raise AwsError(code, "said AWS")

    return raising


@pytest.mark.parametrize(
    ("minted", "words"),
    [
        (lambda _: None, "ECR's answer holds none"),
        (lambda _: Authorization(Secret(_GOOD), START - timedelta(seconds=1)), "has already expired"),
        (lambda _: Authorization(Secret(_GOOD), START), "has already expired"),
        (lambda _: Authorization(Secret(_GOOD), None), "has no expiry"),
        (lambda _: Authorization(Secret("!fake!"), START + timedelta(hours=12)), "not base64 of AWS:password"),
        (
            lambda _: Authorization(Secret(base64.b64encode(b"fake").decode()), START + timedelta(hours=12)),
            "not base64 of AWS:password",
        ),
        (
            lambda _: Authorization(Secret(base64.b64encode(b"EU:fake").decode()), START + timedelta(hours=12)),
            "not base64 of AWS:password",
        ),
        (_aws_error("AccessDenied"), "AccessDenied: said AWS"),
        (_aws_error("ServerException"), "ServerException: said AWS"),
        (_aws_error("EndpointConnectionError"), "EndpointConnectionError: said AWS"),
    ],
)
def test_a_token_that_is_not_valid_is_never_published(
    minted: Callable[[str], Authorization | None], words: str
) -> None:
    world = World(mint_fault=minted)
    world.seed("acme/web")
    report = world.rotate(plan_of(target("acme/web")))
    assert words in report.audiences[0].reason
    assert report.targets[0].status is Status.FAILED
    assert world.auths("acme/web") == {}
    assert not [call for call in world.calls if "PUT" in call or "POST" in call]
    assert _GOOD not in report.log_line()


def _unreachable(_: str) -> Response:
    raise UnreachableError("registry: timed out")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda _: answer(401), "refuses the new token: GET /v2/ answered 401"),
        (lambda _: answer(403), "refuses the new token: GET /v2/ answered 403"),
        (lambda _: answer(302), "refuses the new token: GET /v2/ answered 302"),
        (lambda _: answer(500), "refuses the new token: GET /v2/ answered 500"),
        (_unreachable, "unreachable: registry: timed out"),
        (lambda path: answer(401) if "backend" in path else None, "does not let the new token pull backend/app"),
        (lambda path: answer(403) if "backend" in path else None, "does not let the new token pull backend/app"),
        (lambda path: answer(503) if "backend" in path else None, "does not let the new token pull backend/app"),
        (lambda path: answer(200) if "secret" in path else None, "over-broad"),
        (lambda path: answer(404) if "secret" in path else None, "over-broad"),
        (lambda path: answer(401) if "secret" in path else None, "answered 401, not 403"),
        (lambda path: answer(500) if "secret" in path else None, "answered 500, not 403"),
    ],
)
def test_a_token_that_the_registry_does_not_accept_as_declared_is_never_published(
    fault: Callable[[str], Response | None], words: str
) -> None:
    world = World(registry_fault=fault)
    world.seed("acme/web")
    report = world.rotate(plan_of(target("acme/web")))
    assert words in report.audiences[0].reason
    assert world.auths("acme/web") == {}
    assert not [call for call in world.calls if "PUT" in call or "POST" in call]


@pytest.mark.parametrize("status", [200, 404])
def test_an_existing_and_a_missing_image_of_an_allowed_repository_both_count_as_allowed(status: int) -> None:
    world = World(registry_fault=lambda path: answer(status) if "backend" in path else None)
    world.seed("acme/web")
    assert world.rotate(plan_of(target("acme/web"))).failures == []


def test_without_repositories_to_probe_only_the_sign_in_counts() -> None:
    world = World()
    world.seed("acme/web")
    everything = {"backend": audience("backend", inside=None, outside=None)}
    assert world.rotate(plan_of(target("acme/web"), audiences=everything)).failures == []
    assert [call for call in world.calls if call.startswith("registry")] == ["registry /v2/"]


def test_a_token_is_tried_before_the_first_write() -> None:
    world = World()
    world.seed("acme/web")
    world.rotate(plan_of(target("acme/web")))
    order = [
        call.split()[0] + " " + call.split()[1] for call in world.calls if call.startswith(("registry", "gitlab P"))
    ]
    assert sorted(order[:3]) == ["registry /v2/", "registry /v2/backend/app/manifests/gitlab-ecr-probe",
                                 "registry /v2/secret/tools/manifests/gitlab-ecr-probe"]  # fmt: skip
    assert order[3:] == ["gitlab PUT"]


def test_a_registry_gets_its_three_requests_at_the_same_time() -> None:
    together = threading.Barrier(3)

    def meeting(_: str) -> None:
        together.wait(10)

    world = World(registry_fault=meeting)
    world.seed("acme/web")
    assert world.rotate(plan_of(target("acme/web"))).failures == []


def test_of_several_refusals_the_first_one_is_reported() -> None:
    world = World(registry_fault=lambda path: answer(401) if path == "/v2/" else answer(200))
    report = world.rotate(plan_of(target("acme/web")))
    assert "refuses the new token: GET /v2/ answered 401" in report.audiences[0].reason


def test_a_registry_that_does_not_answer_in_time_is_unreachable() -> None:
    over = threading.Event()

    class Silent:
        def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
            del method, url, headers, body
            over.wait(10)
            return Response(200, {}, b"")

    token = Token(Secret(_GOOD), START + timedelta(hours=12))
    try:
        with pytest.raises(RefusedError, match=f"unreachable: {HOST}: no answer in time"):
            prove(audience("backend"), {REGION: token}, Silent(), 0.05)
    finally:
        over.set()


def test_the_answers_of_each_registry_are_judged_separately() -> None:
    second = plan.Registry(ACCOUNT, "us-east-1", (f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com",))
    both = replace(audience("backend"), registries=(*audience("backend").registries, second))
    asked = list[str]()

    class Registries:
        def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
            del method, headers, body
            asked.append(url)
            if "us-east-1" in url and "secret" in url:
                return Response(200, {}, b"")
            return Response(403 if "secret" in url else 200, {}, b"")

    token = Token(Secret(_GOOD), START + timedelta(hours=12))
    with pytest.raises(RefusedError, match=r"over-broad: .*us-east-1"):
        prove(both, {REGION: token, "us-east-1": token}, Registries(), 10)
    assert len(asked) == 6


def test_at_deploy_a_role_that_is_seconds_old_is_waited_for() -> None:
    world = World()
    world.seed("acme/web")

    def denied_at_first(what: str) -> None:
        if what == "mint" and world.clock.monotonic() < 85:
            denied(what)

    world.aws_fault = denied_at_first
    report = world.rotate(plan_of(target("acme/web")), fired_by=FiredBy.DEPLOY)
    assert report.failures == []
    assert 85 <= world.clock.monotonic() <= 90


def test_at_deploy_a_policy_that_is_seconds_old_is_waited_for() -> None:
    world = World()
    world.registry_fault = lambda path: answer(403) if "backend" in path and world.clock.monotonic() < 60 else None
    world.seed("acme/web")
    assert world.rotate(plan_of(target("acme/web")), fired_by=FiredBy.DEPLOY).failures == []
    assert 60 <= world.clock.monotonic() <= 90


@pytest.mark.parametrize(("fired_by", "at_most"), [(FiredBy.DEPLOY, 90), (FiredBy.SCHEDULE, 0), (FiredBy.MANUAL, 0)])
def test_a_denial_that_stays_ends_the_waiting(fired_by: FiredBy, at_most: float) -> None:
    world = World(mint_fault=denied)
    world.seed("acme/web")
    report = world.rotate(plan_of(target("acme/web")), fired_by=fired_by)
    assert "AccessDenied" in report.audiences[0].reason
    assert world.clock.monotonic() <= at_most


def test_another_error_than_a_denial_is_not_waited_for_at_deploy() -> None:
    world = World(mint_fault=_aws_error("RegionDisabledException"))
    world.seed("acme/web")
    world.rotate(plan_of(target("acme/web")), fired_by=FiredBy.DEPLOY)
    assert world.clock.slept == []


def test_one_token_per_audience_and_region_however_many_targets() -> None:
    world = World()
    paths = [f"acme/project-{number}" for number in range(7)]
    for path in paths:
        world.seed(path)
    registries = audience("backend").registries
    ireland = replace(registries[0], region="eu-west-1", hosts=("123456789012.dkr.ecr.eu-west-1.amazonaws.com",))
    both = {"backend": audience("backend", registries=(*registries, ireland))}
    report = world.rotate(plan_of(*(target(path) for path in paths), audiences=both))
    assert report.failures == []
    assert [call for call in world.calls if call.startswith("mint")] == [
        "mint backend eu-central-1",
        "mint backend eu-west-1",
    ]
    assert all(len(world.auths(path)) == 2 for path in paths)


def test_every_form_of_the_host_gets_the_token() -> None:
    world = World()
    world.seed("acme/web")
    forms = (
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        "123456789012.dkr.ecr-fips.eu-central-1.amazonaws.com",
        "123456789012.dkr-ecr.eu-central-1.on.aws",
    )
    registry = replace(audience("backend").registries[0], hosts=forms)
    world.rotate(plan_of(target("acme/web"), audiences={"backend": audience("backend", registries=(registry,))}))
    assert sorted(world.auths("acme/web")) == sorted(forms)
    assert len({entry["auth"] for entry in world.auths("acme/web").values()}) == 1
