from dataclasses import dataclass
from typing import Any

import pytest
import urllib3
from aws_principals import ACCOUNT, GET_TOKEN, HOST, PULL, REGION, Principals, allow, repository_arn
from iam_json import policy

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.images import Image, digest_of, tiny_image
from rehearsal.puller import PullError

WITH_EVERY_STORE = True
EXPIRED = "403 DENIED: Your authorization token has expired. Reauthenticate and try again."


@dataclass
class Images:
    ours: Image
    theirs: Image


@pytest.fixture(scope="module")
def images(cloud: Cloud) -> Images:
    made = Images(ours=tiny_image("ours", "second layer"), theirs=tiny_image("theirs"))
    for name, image in (("ci/ours", made.ours), ("ci/theirs", made.theirs)):
        cloud.client("ecr").create_repository(repositoryName=name)
        cloud.registry.push(HOST, name, "1.0", image)
    return made


@pytest.fixture(scope="module")
def narrow(aws: Principals, images: Images) -> str:
    return aws.role("narrow", GET_TOKEN, allow(PULL, repository_arn("ci/ours")), path="/gitlab-ecr-local/pull/")


def get(cloud: Cloud, path: str, auth: str | None, method: str = "GET", host: str = HOST) -> Any:
    headers = {"Authorization": f"Basic {auth}"} if auth else {}
    with urllib3.ProxyManager(cloud.proxy_url, ca_certs=str(cloud.ca_file), retries=False) as pool:
        return pool.request(method, f"https://{host}{path}", headers=headers)


def test_images_of_different_repositories_differ(images: Images) -> None:
    assert images.ours.digest != images.theirs.digest
    assert len(images.ours.blobs) == 3


@pytest.mark.parametrize("reference", ["1.0", "digest"])
def test_an_allowed_image_is_pulled_by_tag_and_by_digest(
    aws: Principals, images: Images, narrow: str, reference: str
) -> None:
    wanted = images.ours.digest if reference == "digest" else reference
    result = aws.pull("ci/ours", wanted, aws.auth(narrow))
    assert (result.allowed, result.digest) == (True, images.ours.digest)


def test_the_narrow_role_is_denied_another_repository_with_ecrs_message(
    aws: Principals, cloud: Cloud, narrow: str
) -> None:
    result = aws.pull("ci/theirs", "1.0", aws.auth(narrow))
    assert not result.allowed
    assert result.reason.startswith(
        f"403 DENIED: User: arn:aws:sts::{ACCOUNT}:assumed-role/narrow/test is not authorized to perform: "
        f"ecr:BatchGetImage on resource: {repository_arn('ci/theirs')} because "
    )
    last = cloud.registry.requests[-1]
    assert (last.host, last.repository, last.action, last.allowed) == (HOST, "ci/theirs", "ecr:BatchGetImage", False)
    assert last.principal_arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/narrow/test"


def test_a_boundary_limits_what_a_role_is_given(aws: Principals, cloud: Cloud, images: Images) -> None:
    boundary = cloud.client("iam").create_policy(
        PolicyName="boundary", PolicyDocument=policy(GET_TOKEN, allow(PULL, repository_arn("ci/ours")))
    )["Policy"]["Arn"]
    auth = aws.auth(aws.role("bounded", GET_TOKEN, allow(PULL), PermissionsBoundary=boundary))
    assert aws.pull("ci/ours", "1.0", auth).allowed
    assert not aws.pull("ci/theirs", "1.0", auth).allowed


def test_a_session_policy_limits_the_tokens_of_its_session(aws: Principals, cloud: Cloud, images: Images) -> None:
    role = aws.role("sessions", GET_TOKEN, allow(PULL))
    limited = aws.assume(role, Policy=policy(GET_TOKEN, allow(PULL, repository_arn("ci/theirs"))))
    auth = aws.token(limited)["authorizationToken"]
    assert aws.pull("ci/theirs", "1.0", auth).allowed
    assert not aws.pull("ci/ours", "1.0", auth).allowed


def test_a_repository_policy_can_deny_what_the_role_allows(aws: Principals, cloud: Cloud) -> None:
    cloud.client("ecr").create_repository(repositoryName="closed")
    cloud.registry.push(HOST, "closed", "1", tiny_image("closed"))
    auth = aws.auth(aws.role("wide", GET_TOKEN, allow(PULL)))
    assert aws.pull("closed", "1", auth).allowed
    deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:GetDownloadUrlForLayer"}
    cloud.client("ecr").set_repository_policy(repositoryName="closed", policyText=policy(deny))
    result = aws.pull("closed", "1", auth)
    assert "ecr:GetDownloadUrlForLayer" in result.reason


def test_a_token_already_minted_follows_its_roles_policy_at_once(aws: Principals, cloud: Cloud, images: Images) -> None:
    auth = aws.auth(aws.role("revoked", GET_TOKEN, allow(PULL)))
    assert aws.pull("ci/ours", "1.0", auth).allowed
    cloud.client("iam").delete_role_policy(RoleName="revoked", PolicyName="inline")
    assert not aws.pull("ci/ours", "1.0", auth).allowed


@pytest.mark.parametrize("auth", [None, "QVdTOm5vdC1hLXRva2Vu"])
def test_without_a_known_token_the_answer_is_a_challenge(cloud: Cloud, auth: str | None) -> None:
    answer = get(cloud, "/v2/", auth)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == f'Basic realm="https://{HOST}/",service="ecr.amazonaws.com"'


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_valid_token_is_accepted_at_v2(aws: Principals, cloud: Cloud, narrow: str, method: str) -> None:
    answer = get(cloud, "/v2/", aws.auth(narrow), method)
    assert (answer.status, answer.headers["Docker-Distribution-Api-Version"]) == (200, "registry/2.0")


def test_a_token_is_for_one_region(aws: Principals, cloud: Cloud, narrow: str) -> None:
    session = aws.assume(narrow)
    us_host = HOST.replace(REGION, "us-east-1")
    assert get(cloud, "/v2/", aws.token(session)["authorizationToken"], host=us_host).status == 401
    assert get(cloud, "/v2/", aws.token(session, "us-east-1")["authorizationToken"], host=us_host).status == 200


def test_a_head_request_for_a_manifest_returns_its_digest_and_size(
    aws: Principals, cloud: Cloud, images: Images, narrow: str
) -> None:
    answer = get(cloud, "/v2/ci/ours/manifests/1.0", aws.auth(narrow), "HEAD")
    assert answer.headers["Docker-Content-Digest"] == images.ours.digest
    assert answer.headers["Content-Length"] == str(len(images.ours.manifest))
    assert answer.data == b""


@pytest.mark.parametrize(
    ("method", "action"), [("HEAD", "ecr:BatchCheckLayerAvailability"), ("GET", "ecr:GetDownloadUrlForLayer")]
)
def test_a_blob_needs_the_action_of_its_method(
    aws: Principals, cloud: Cloud, images: Images, method: str, action: str
) -> None:
    path = f"/v2/ci/ours/blobs/{next(iter(images.ours.blobs))}"
    name = f"blobs-{method}"
    others = tuple(other for other in PULL if other != action)
    assert get(cloud, path, aws.auth(aws.role(name, GET_TOKEN, allow(action))), method).status == 200
    assert get(cloud, path, aws.auth(aws.role(f"{name}-not", GET_TOKEN, allow(others))), method).status == 403


def test_listing_tags_is_a_separate_right(aws: Principals, cloud: Cloud, narrow: str) -> None:
    assert get(cloud, "/v2/ci/ours/tags/list", aws.auth(narrow)).status == 403
    lister = aws.auth(aws.role("lists", GET_TOKEN, allow("ecr:ListImages")))
    assert get(cloud, "/v2/ci/ours/tags/list", lister).json() == {"name": "ci/ours", "tags": ["1.0"]}


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/v2/ci/ours/manifests/none", "404 MANIFEST_UNKNOWN"),
        (f"/v2/ci/ours/blobs/{digest_of(b'none')}", "404 BLOB_UNKNOWN"),
        ("/v2/ci/absent/manifests/1", "404 NAME_UNKNOWN"),
        ("/v2/_catalog", "405 UNSUPPORTED"),
    ],
)
def test_a_caller_with_the_right_learns_what_is_absent(
    aws: Principals, cloud: Cloud, images: Images, path: str, error: str
) -> None:
    role = aws.role(f"curious-{error.partition(' ')[2]}", GET_TOKEN, allow(PULL))
    answer = get(cloud, path, aws.auth(role))
    assert f"{answer.status} {answer.json()['errors'][0]['code']}" == error


def test_a_denied_caller_does_not_learn_that_a_repository_is_absent(aws: Principals, cloud: Cloud, narrow: str) -> None:
    assert get(cloud, "/v2/ci/absent/manifests/1", aws.auth(narrow)).status == 403


@pytest.mark.parametrize("part", ["manifest", "blob"])
def test_a_tampered_image_is_detected(aws: Principals, cloud: Cloud, part: str) -> None:
    name, image = f"tampered-{part}", tiny_image(part)
    cloud.client("ecr").create_repository(repositoryName=name)
    cloud.registry.push(HOST, name, "1", image)
    auth = aws.auth(aws.role(f"pulls-{part}", GET_TOKEN, allow(PULL)))
    assert aws.pull(name, image.digest, auth).allowed
    cloud.registry.tamper(HOST, name, image.digest if part == "manifest" else next(iter(image.blobs)))
    with pytest.raises(PullError, match="digest of"):
        aws.pull(name, image.digest, auth)


def test_a_host_that_is_not_one_of_ecrs_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"hosts: got 'docker.io'"):
        Cloud.start(ACCOUNT, REGION, hosts=["docker.io"])


def test_a_killed_token_is_expired_and_its_sibling_is_not(
    aws: Principals, cloud: Cloud, images: Images, narrow: str
) -> None:
    dead, living = aws.auth(narrow), aws.auth(narrow)
    cloud.tokens.kill(cloud.front.token_requests[-2].fingerprint or "")
    assert aws.pull("ci/ours", "1.0", dead).reason == EXPIRED
    assert aws.pull("ci/ours", "1.0", living).allowed


def test_a_token_expires_after_twelve_hours(aws: Principals, cloud: Cloud, images: Images, narrow: str) -> None:
    auth = aws.auth(narrow)
    cloud.move(11 * 3600)
    assert aws.pull("ci/ours", "1.0", auth).allowed
    cloud.move(3601)
    assert aws.pull("ci/ours", "1.0", auth).reason == EXPIRED
