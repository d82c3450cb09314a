"""Pushes by jobs: a protected branch's signed token opens the push role, and no other does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import urllib3
from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from . import id_tokens, sessions
from .attempt import Attempt
from .cloud.images import Image, tiny_image
from .patterns import names
from .world import World

_STRANGER: Final = "other-group/other-project"
NOT_OF_TOKENS: Final = "the signature and the expiry of a job's token, which the emulator's STS does not check"


@dataclass(frozen=True)
class Push(Attempt):
    """One attempt: expected from the declaration, actual from STS and the registry."""

    consumer: str
    repository: str
    job: str
    expected: str
    actual: str
    reason: str

    @property
    def action(self) -> str:
        """Who tried what, in words."""
        return f"{self.consumer} pushing {self.repository} from {self.job}"


def push_all(world: World, declaration: Mapping[str, Any], repositories: Sequence[str]) -> list[Push]:
    """Each pushing consumer's jobs, those that may and those that may not."""
    pushers = {path: each for path, each in declaration.get("consumers", {}).items() if each.get("push")}
    if pushers:
        world.gitlab.create_project(_STRANGER)
    aud = id_tokens.aud_of(declaration)
    return [
        push
        for path, consumer in sorted(pushers.items())
        for push in _attempts(world, path, consumer, aud, repositories)
    ]


def _attempts(
    world: World, path: str, consumer: Mapping[str, Any], aud: str, repositories: Sequence[str]
) -> Iterator[Push]:
    variable = world.gitlab.variable("project", path, "AWS_ROLE_ARN")
    role = variable["value"] if variable else ""
    kind, ref = id_tokens.protected_ref(world, path, consumer)
    inside = [name for name in repositories if any(names(pattern, name) for pattern in consumer["push"])]
    outside = [name for name in repositories if name not in inside]
    jobs = [
        (f"protected {kind} {ref}", path, aud, ref, inside[0], "allowed"),
        ("unprotected branch", path, aud, "not-protected", inside[0], "denied"),
        ("another project", _STRANGER, aud, ref, inside[0], "denied"),
        ("another aud", path, "https://other.example", ref, inside[0], "denied"),
        *((f"protected {kind} {ref}", path, aud, ref, name, "denied") for name in outside[:1]),
    ]
    tag = f"pushed-by-{path.replace('/', '-')}"  # a separate tag, because tags are immutable
    for job, project, job_aud, on, repository, expected in jobs:
        ref_type = kind if on == ref else "branch"
        token = world.gitlab.issue_id_token(project, aud=job_aud, ref=on, ref_type=ref_type)
        try:
            auth = sessions.registry_auth(world, sessions.of_job(world, role, token))
            actual, reason = push_image(world, repository, tag, tiny_image(f"pushed by {path}"), auth)
        except ClientError as error:
            answer: dict[str, Any] = error.response
            code = str(answer.get("Error", {}).get("Code", ""))
            actual, reason = ("denied" if "AccessDenied" in code else "failed"), str(error)
        yield Push(path, repository, job, expected, actual, reason)


def push_image(world: World, repository: str, tag: str, image: Image, auth: str) -> tuple[str, str]:
    """Pushes as a container client does; stops at the first answer that is not a success."""
    cloud = world.cloud
    base, headers = f"https://{world.registry_host}", {"Authorization": f"Basic {auth}"}
    with urllib3.ProxyManager(cloud.proxy_url, ca_certs=str(cloud.ca_file), retries=False, timeout=30) as pool:
        for digest, blob in image.blobs.items():
            begun = pool.request("POST", f"{base}/v2/{repository}/blobs/uploads/", headers=headers)
            if begun.status != 202:  # noqa: PLR2004 - Accepted
                return _outcome(begun)
            location = begun.headers["Location"]
            url = f"{base}{location}{'&' if '?' in location else '?'}digest={digest}"
            done = pool.request("PUT", url, body=blob, headers=headers)
            if done.status != 201:  # noqa: PLR2004 - Created
                return _outcome(done)
        manifest = f"{base}/v2/{repository}/manifests/{tag}"
        typed = {**headers, "Content-Type": image.media_type}
        return _outcome(pool.request("PUT", manifest, body=image.manifest, headers=typed))


def _outcome(answer: urllib3.BaseHTTPResponse) -> tuple[str, str]:
    if answer.status == 201:  # noqa: PLR2004 - Created
        return "allowed", ""
    return ("denied" if answer.status in (401, 403) else "failed"), f"{answer.status} {answer.data.decode()[:300]}"
