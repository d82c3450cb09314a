from typing import Any

import pytest
import urllib3
from aws_principals import GET_TOKEN, HOST, PULL, PUSH, Principals, allow, repository_arn

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.images import Image, digest_of, tiny_image

WITH_EVERY_STORE = True


def with_digest(answer: Any, digest: str) -> str:
    location = answer.headers["Location"]
    return f"{location}{'&' if '?' in location else '?'}digest={digest}"


class Pusher:
    """Pushes as a container client does; stops at the first answer that is not a success."""

    def __init__(self, cloud: Cloud, auth: str) -> None:
        self._pool = urllib3.ProxyManager(cloud.proxy_url, ca_certs=str(cloud.ca_file), retries=False)
        self._auth = {"Authorization": f"Basic {auth}"}

    def ask(self, method: str, path: str, body: Any = b"", **headers: str) -> Any:
        return self._pool.request(method, f"https://{HOST}{path}", body=body, headers=self._auth | headers)

    def push(self, name: str, tag: str, image: Image) -> Any:
        for digest, blob in image.blobs.items():
            begun = self.ask("POST", f"/v2/{name}/blobs/uploads/")
            if begun.status != 202:
                return begun
            sent = self.ask("PATCH", begun.headers["Location"], iter([blob[:10], blob[10:]]))
            if sent.status != 202:
                return sent
            done = self.ask("PUT", with_digest(sent, digest))
            if done.status != 201:
                return done
        return self.ask("PUT", f"/v2/{name}/manifests/{tag}", image.manifest, **{"Content-Type": image.media_type})

    def close(self) -> None:
        self._pool.clear()


@pytest.fixture(scope="module")
def repositories(cloud: Cloud) -> None:
    ecr = cloud.client("ecr")
    for name in ("mutable", "other"):
        ecr.create_repository(repositoryName=name)
    ecr.create_repository(repositoryName="immutable", imageTagMutability="IMMUTABLE")


@pytest.fixture(scope="module")
def puller(aws: Principals) -> str:
    return aws.auth(aws.role("pulls", GET_TOKEN, allow(PULL)))


def push_as(aws: Principals, name: str, actions: tuple[str, ...], *repositories: str) -> Pusher:
    arns = [repository_arn(repository) for repository in repositories]
    role = aws.role(name, GET_TOKEN, *(allow(actions, arn) for arn in arns), path="/gitlab-ecr-local/push/")
    return Pusher(aws.cloud, aws.auth(role))


def test_a_pushed_image_can_be_pulled_and_is_known_to_ecr(
    aws: Principals, cloud: Cloud, repositories: None, puller: str
) -> None:
    pusher, image = push_as(aws, "pushes", PULL + PUSH, "mutable"), tiny_image("pushed", "twice")
    answer = pusher.push("mutable", "2.0", image)
    pusher.close()
    assert (answer.status, answer.headers["Docker-Content-Digest"]) == (201, image.digest)
    assert aws.pull("mutable", "2.0", puller).digest == image.digest
    known = cloud.client("ecr").describe_images(repositoryName="mutable")["imageDetails"]
    assert [entry["imageDigest"] for entry in known] == [image.digest]


@pytest.mark.parametrize("missing", PUSH)
def test_each_push_action_is_needed(aws: Principals, repositories: None, missing: str) -> None:
    actions = tuple(action for action in PUSH if action != missing)
    pusher = push_as(aws, f"lacks-{missing.removeprefix('ecr:')}", actions, "mutable")
    answer = pusher.push("mutable", "3.0", tiny_image(missing))
    pusher.close()
    assert answer.status == 403
    assert f"is not authorized to perform: {missing} on resource" in answer.json()["errors"][0]["message"]


def test_a_push_role_cannot_push_elsewhere(aws: Principals, repositories: None) -> None:
    pusher = push_as(aws, "pushes-here", PUSH, "mutable")
    answer = pusher.push("other", "1", tiny_image("elsewhere"))
    pusher.close()
    assert answer.status == 403


def test_a_pull_token_cannot_push(aws: Principals, cloud: Cloud, repositories: None, puller: str) -> None:
    pusher = Pusher(cloud, puller)
    answer = pusher.push("mutable", "1", tiny_image("no"))
    pusher.close()
    assert answer.status == 403


def test_an_immutable_tag_is_never_overwritten(aws: Principals, repositories: None, puller: str) -> None:
    pusher, first = push_as(aws, "pushes-once", PUSH, "immutable"), tiny_image("first")
    assert pusher.push("immutable", "1.0", first).status == 201
    second = pusher.push("immutable", "1.0", tiny_image("second"))
    pusher.close()
    assert (second.status, second.json()["errors"][0]["code"]) == (400, "TAG_INVALID")
    assert aws.pull("immutable", "1.0", puller).digest == first.digest


def test_a_blob_with_another_digest_is_refused(aws: Principals, repositories: None) -> None:
    pusher = push_as(aws, "pushes-wrong", PUSH, "mutable")
    begun = pusher.ask("POST", "/v2/mutable/blobs/uploads/")
    answer = pusher.ask("PUT", with_digest(begun, digest_of(b"said")), b"sent")
    pusher.close()
    assert (answer.status, answer.json()["errors"][0]["code"]) == (400, "DIGEST_INVALID")


def test_a_request_to_mount_a_blob_becomes_an_upload(aws: Principals, repositories: None) -> None:
    pusher = push_as(aws, "mounts", PUSH, "mutable")
    answer = pusher.ask("POST", f"/v2/mutable/blobs/uploads/?mount={digest_of(b'x')}&from=other")
    pusher.close()
    assert answer.status == 202
