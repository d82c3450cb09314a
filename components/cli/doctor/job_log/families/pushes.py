"""Messages about a push that fails.

Source: ECR's answers as docker push, BuildKit, kaniko, crane, podman and skopeo print them; aws/containers-roadmap 1970
for the `EOF`, 876 for the cache manifest.
"""

from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from ..images import registry_in
from .family import BY_THE_JOB, Clue, family, found

_DENIED: Final = (
    "{host} answered 403 to the push of {image}, without a reason: the login may not push there, or has expired"
)
_PUSHES: Final = ("push", "uploading", "exporting", "destination")


def _ended(clue: Clue) -> Finding:
    image = clue.image or clue.match.groupdict().get("repository") or registry_in(clue.command) or "the registry"
    return found(
        Cause.PUSH_ENDED,
        f"the registry closed the connection during the push to {image}: ECR does so when there is no such repository, "
        "or the login may not push to it",
    )


def _bare_end(clue: Clue) -> Finding | None:
    around = f"{clue.command} {clue.image} {clue.line.text}".lower()
    return _ended(clue) if clue.image or any(word in around for word in _PUSHES) else None


PUSHES: Final = (
    family(
        Cause.TAG_IMMUTABLE,
        "cannot be overwritten",
        r"tag '(?P<tag>[^']{1,130})' already exists in the '(?P<repository>[^']{1,256})' repository and cannot be "
        r"overwritten",
        "the tag {tag} already exists in {repository}, and this repository's tags are immutable",
        example="tag invalid: The image tag '1.0' already exists in the 'ci/node' repository and cannot be overwritten "
        "because the tag is immutable.",
    ),
    family(
        Cause.CACHE_MANIFEST,
        "400 bad request",
        r"(?:error writing manifest blob|exporting cache|manifests/\S{0,100}cache).{0,600}400 Bad Request",
        "{host} refuses the cache manifest that BuildKit exports",
        example='ERROR: error writing manifest blob: failed commit on ref "sha256:4687": unexpected status from PUT '
        "request "
        "to https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/manifests/buildcache: 400 Bad Request",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.CACHE_MANIFEST,
        "imagemanifest",
        r"Invalid parameter at 'ImageManifest'",
        "{host} refuses the manifest that was pushed: it is of a kind that ECR does not store",
        example="Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.PUSH_ENDED,
        "eof",
        r"(?:post|put|patch) \\*\"?https?://(?P<host>[^/\"\s]{1,200})/v2/(?P<repository>[^\"\s]{1,300})/blobs/uploads/"
        r"[^\"\s\\]{0,300}\\*\"?: (?:unexpected )?EOF",
        _ended,
        example='error: failed to do request: Post "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/'
        'blobs/uploads/": EOF',
        steps=BY_THE_JOB,
    ),
    family(
        Cause.PUSH_DENIED,
        "403 forbidden",
        r"failed to push .{1,600}403 Forbidden",
        _DENIED,
        example="ERROR: failed to solve: failed to push 123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/app:1.0: "
        "unexpected status from PUT request to https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/"
        "manifests/1.0: 403 Forbidden",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.PUSH_DENIED,
        "403",
        r"(?:(?:put|post|patch) (?:request to )?\\*\"?https?://\S{1,400}|checking push permission|uploading manifest|"
        r"writing (?:blob|manifest)|initiating layer upload).{0,400}(?:403|Forbidden)",
        _DENIED,
        example="PUT https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/manifests/1.0: unexpected "
        "status code 403 Forbidden",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.PUSH_ENDED,
        "eof",
        r"^(?:ERROR: |error pushing image: )?(?:unexpected )?EOF\W*$",
        _bare_end,
        example="error pushing image: EOF",
        steps=BY_THE_JOB,
    ),
)
