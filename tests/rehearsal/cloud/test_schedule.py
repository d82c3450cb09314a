import io
import json
import time
import zipfile
from collections.abc import Iterator

import pytest
from aws_principals import ACCOUNT, GET_TOKEN, HOST, PULL, REGION, ROOT, Principals, allow, repository_arn, trust

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.images import tiny_image

FUNCTION = "tiny-rotator"
SOURCE = """
import hashlib, json, os
import boto3, urllib3

def handle(event, context):
    region = os.environ["AWS_REGION"]
    role = boto3.client("sts").assume_role(RoleArn=os.environ["PULL_ROLE"], RoleSessionName="rotator")["Credentials"]
    ecr = boto3.client("ecr", aws_access_key_id=role["AccessKeyId"], aws_secret_access_key=role["SecretAccessKey"],
                       aws_session_token=role["SessionToken"])
    data = ecr.get_authorization_token()["authorizationData"][0]
    pool = urllib3.ProxyManager(os.environ["HTTPS_PROXY"], retries=False)
    answer = pool.request("HEAD", data["proxyEndpoint"] + "/v2/ci/app/manifests/1",
                          headers={"Authorization": "Basic " + data["authorizationToken"]})
    fingerprint = hashlib.sha256(data["authorizationToken"].encode()).hexdigest()[:16]
    print(json.dumps({"fingerprint": fingerprint, "probe": answer.status, "event": event,
                      "leaked": [name for name in os.environ if name.startswith("REHEARSAL_")],
                      "given": os.environ.get("GIVEN")}))
"""


def logged(cloud: Cloud) -> list[dict[str, object]]:
    events = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{FUNCTION}")["events"]
    return [json.loads(event["message"]) for event in events if event["message"].startswith("{")]


def wait_for_runs(cloud: Cloud, count: int) -> list[dict[str, object]]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            runs = logged(cloud)
        except cloud.client("logs").exceptions.ResourceNotFoundException:
            runs = []
        if len(runs) >= count:
            return runs
        time.sleep(0.02)
    raise AssertionError(f"{count} runs within 10 s: got {len(logged(cloud))}")


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REHEARSAL_SECRET_OF_THE_CALLER", "must not leak")
        with Cloud.start(ACCOUNT, REGION, hosts=[HOST], extra_env={"GIVEN": "yes"}) as running:
            yield running


@pytest.fixture(scope="module")
def scheduled(aws: Principals, cloud: Cloud) -> None:
    rotator = aws.role(
        "rotator",
        allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/gitlab-ecr-local/pull/*"),
        path="/gitlab-ecr-local/",
    )
    pull_role = aws.role(
        "backend",
        GET_TOKEN,
        allow(PULL, repository_arn("ci/app")),
        path="/gitlab-ecr-local/pull/",
        AssumeRolePolicyDocument=trust(ROOT, ArnEquals={"aws:PrincipalArn": rotator}),
    )
    cloud.client("ecr").create_repository(repositoryName="ci/app")
    cloud.registry.push(HOST, "ci/app", "1", tiny_image("app"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("tiny/__init__.py", "")
        target.writestr("tiny/handler.py", SOURCE)
    function = cloud.client("lambda").create_function(
        FunctionName=FUNCTION,
        Runtime="python3.13",
        Role=rotator,
        Handler="tiny.handler.handle",
        Code={"ZipFile": archive.getvalue()},
        Timeout=60,
        Environment={"Variables": {"PULL_ROLE": pull_role}},
    )
    cloud.client("scheduler").create_schedule(
        Name="every-two-hours",
        ScheduleExpression="rate(2 hours)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": function["FunctionArn"], "RoleArn": rotator, "Input": json.dumps({"by": "schedule"})},
    )


def test_a_schedule_fires_when_its_time_has_come_and_the_function_mints_a_token(cloud: Cloud, scheduled: None) -> None:
    cloud.move(7000)
    assert cloud.front.token_requests == []
    cloud.move(200)
    (run,) = wait_for_runs(cloud, 1)
    assert run["event"] == {"by": "schedule"}
    assert run["probe"] == 200
    (request,) = cloud.front.token_requests
    assert run["fingerprint"] == request.fingerprint
    assert request.principal_arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/backend/rotator"


def test_each_interval_fires_once(cloud: Cloud, scheduled: None) -> None:
    before = len(cloud.front.token_requests)
    cloud.move(7200)
    cloud.move(1)
    cloud.move(7200)
    wait_for_runs(cloud, before + 2)
    assert len(cloud.front.token_requests) == before + 2


def test_a_function_inherits_what_it_was_given_and_nothing_from_the_caller(cloud: Cloud, scheduled: None) -> None:
    cloud.move(7200)
    run = wait_for_runs(cloud, 1)[-1]
    assert (run["leaked"], run["given"]) == ([], "yes")
