"""The registry's answers: no such repository, no such image, too many requests, an expired token.

Source: ECR user guide, "Troubleshooting Amazon ECR error messages" and "pull through cache"; distribution's error codes
as Docker, containerd, BuildKit, podman, skopeo, kaniko and crane print them.
"""

import re
from typing import Final

from .....docker.auth import DOCKER_AUTH_CONFIG
from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import BY_THE_JOB, BY_THE_RUNNER, Clue, family, found

UPSTREAM: Final = "authentication to the upstream registry failed"
_PUBLIC: Final = "public.ecr.aws"
_CACHES: Final = re.compile(
    r"^(?:docker-?hub|docker\.io|ecr-public|public|quay(?:\.io)?|k8s|kubernetes|registry\.k8s\.io|ghcr(?:\.io)?|github|"
    r"gitlab|mcr|azure|chainguard|mirrors?|cache|proxy|ptc|pull-?through|upstream)(?:[/-]|$)"
)
_OF_A_CACHE_FROM: Final = r"cache importer|importing cache manifest|retrieving image from cache|No cached layer"


def _expired(clue: Clue) -> Finding:
    if clue.host == _PUBLIC or _PUBLIC in clue.line.text:
        return _public(clue)
    if clue.by_the_runner:
        return found(Cause.EXPIRED, f"the token in {clue.source or DOCKER_AUTH_CONFIG} for {clue.host} has expired")
    return found(
        Cause.EXPIRED,
        f"the login that the script uses for {clue.host} has expired: an ECR token lives 12 hours",
        "log in again just before it; if config.json outlives the job, run `docker logout` first",
    )


def _public(clue: Clue) -> Finding:
    image = clue.image if clue.host == _PUBLIC else "an image of ECR Public"
    return found(Cause.PUBLIC_LOGIN, f"{image} was pulled with an expired login for {_PUBLIC}, which needs none")


def _repository_absent(clue: Clue) -> Finding:
    name = clue.match.groupdict().get("name") or clue.image.partition("/")[2] or "of that name"
    push = "push" in f"{clue.command}{clue.line.text}".lower()
    if _CACHES.match(name) and not push:
        return _first_pull(clue, name)
    return found(Cause.REPOSITORY_ABSENT, f"{clue.host} has no repository {name}")


def _image_absent(clue: Clue) -> Finding:
    repository, at, _ = clue.image.partition("/")[2].partition("@")
    if at and clue.host != _PUBLIC and _CACHES.match(repository):
        return _first_pull(clue, repository)
    return found(
        Cause.IMAGE_ABSENT,
        f"the registry has no such image: {clue.what_image}",
        "push it, or write a tag that is there; a lifecycle rule may have removed it",
    )


def _first_pull(clue: Clue, name: str) -> Finding:
    return found(
        Cause.CACHE_FIRST_PULL,
        f"{clue.host} does not have {name} yet, which looks like an image of a pull-through cache before its first "
        "pull",
    )


def _hub(clue: Clue) -> Finding | None:
    """The finding for an image without a registry host. For others, a missing login is the likelier cause."""
    if not clue.on_docker_hub:
        return None
    name = clue.image.removeprefix("docker.io/").removeprefix("library/")
    return found(
        Cause.NO_REGISTRY_HOST,
        f"{name} has no registry host, so it is looked up on Docker Hub, which has no such image or requires a login",
    )


REGISTRY: Final = (
    family(
        Cause.UPSTREAM_LOGIN,
        "upstream registry",
        rf"{UPSTREAM}|issue with the Secrets Manager secret containing the "
        "credentials",
        "the pull-through cache behind {image} could not log in to its upstream registry; the login to ECR worked",
        example="denied: The authentication to the upstream registry failed. Verify that the credentials are valid.",
    ),
    family(
        Cause.UPSTREAM_LOGIN,
        "unabletoaccess|unabletodecrypt|unabletoget|secretnotfound",
        r"(?P<code>UnableToAccessSecret|UnableToDecryptSecretValue|UnableToGetUpstream(?:Image|Layer)|SecretNotFound)"
        r"Exception",
        "the pull-through cache behind {image} cannot use its upstream registry: {code}",
        example="api error UnableToAccessSecretException: The secret is unable to be accessed.",
    ),
    family(
        Cause.PUBLIC_LOGIN,
        "public.ecr.aws",
        r"public\.ecr\.aws.{0,600}(?:authorization token has expired|403 Forbidden|401 Unauthorized)",
        _public,
        example="ERROR: failed to solve: public.ecr.aws/docker/library/ruby:3.4: unexpected status from HEAD request "
        "to https://public.ecr.aws/v2/docker/library/ruby/manifests/3.4: 403 Forbidden",
    ),
    family(
        Cause.EXPIRED,
        "token has expired",
        r"authorization token has expired",
        _expired,
        example="denied: Your authorization token has expired. Reauthenticate and try again.",
    ),
    family(
        Cause.RATE_LIMIT,
        "rate limit|hap429",
        r"You have reached your (?:unauthenticated )?pull rate limit|pull rate limit|Too Many Requests \(HAP429\)",
        "the pull of {image} reached Docker Hub's rate limit",
        example="toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating "
        "and upgrading: https://www.docker.com/increase-rate-limit",
        unless=r"rate limit for .{0,60}remaining",
    ),
    family(
        Cause.THROTTLED,
        "exceeded|toomanyrequests",
        r"toomanyrequests: (?:(?:Rate|Data limit) exceeded|Too Many Requests)"
        r"|(?:Unknown|ThrottlingException\W{1,30}\w*.{0,60}): Rate exceeded",
        "{host} got too many requests in a short time; {image} failed",
        example="toomanyrequests: Rate exceeded",
    ),
    family(
        Cause.THROTTLED,
        "429",
        r"(?:/v2/\S{1,300}|registry|manifests).{0,200}429 Too Many Requests",
        "{host} got too many requests in a short time; {image} failed",
        example="unexpected status from HEAD request to https://registry.example.com/v2/ci/app/manifests/1: 429 Too "
        "Many Requests",
    ),
    family(
        Cause.REPOSITORY_ABSENT,
        "repository with name",
        r"repository with name '(?P<name>[^']{1,256})' does not exist",
        _repository_absent,
        example="name unknown: The repository with name 'ci/node' does not exist in the registry with id "
        "'123456789012'",
        unless=_OF_A_CACHE_FROM,
    ),
    family(
        Cause.REPOSITORY_ABSENT,
        "name unknown|name_unknown|repositorynotfound",
        r"\bname unknown\b|NAME_UNKNOWN|RepositoryNotFoundException",
        _repository_absent,
        example="NAME_UNKNOWN: repository name not known to registry",
        unless=_OF_A_CACHE_FROM,
    ),
    family(
        Cause.REPOSITORY_ABSENT,
        "404",
        r"/blobs/uploads/\S{0,100}: (?:unexpected status code )?404",
        _repository_absent,
        example="unexpected status from POST request to "
        "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/blobs/uploads/: 404 Not Found",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.PLATFORM,
        "for platform|on this platform|specified platform|windows version",
        r"no match(?:ing manifest)? for platform|image operating system .{1,30} cannot be used on this platform"
        r"|does not match the specified platform|a Windows version .{1,40} is incompatible with a ",
        "{image} is not built for this machine's platform",
        example="no match for platform in manifest: not found",
    ),
    family(
        Cause.PLATFORM,
        "no matching manifest",
        r"no matching manifest for (?P<platform>[\w/.-]{3,40})",
        "{image} is not built for {platform}, the platform of the machine that pulls it",
        example="no matching manifest for linux/arm64/v8 in the manifest list entries",
    ),
    family(
        Cause.PLATFORM,
        "no image found in",
        r"no image found in (?:manifest list|image index) for architecture \\*\"?(?P<platform>[\w-]{2,20})",
        "{image} is not built for {platform}, the platform of the machine that pulls it",
        example='choosing image instance: no image found in image index for architecture "arm64", variant "v8", OS '
        '"linux"',
    ),
    family(
        Cause.PLATFORM,
        "exec format error",
        r"exec format error",
        "a program in {image} is built for another processor than this machine's",
        example="exec /usr/bin/sh: exec format error",
    ),
    family(
        Cause.IMAGE_ABSENT,
        "manifest unknown|manifest_unknown|manifest for|image not found",
        r"manifest unknown|MANIFEST_UNKNOWN|manifest for \S{1,300} not found|Requested image not found",
        _image_absent,
        example="manifest for 123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node:9.9 not found: manifest unknown: "
        "Requested image not found",
        unless=_OF_A_CACHE_FROM,
    ),
    family(
        Cause.IMAGE_ABSENT,
        "not found",
        r"/manifests/\S{1,200}: (?:unexpected status code )?404|(?:resolve reference|resolve source metadata "
        r"for|unpack image|code = NotFound).{1,600}: not found|failed to solve: [\w.-]{1,200}[/:][\w./:@-]{1,300}: "
        "not found",
        _image_absent,
        example='failed to resolve reference "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node:9.9": '
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node:9.9: not found",
        unless=_OF_A_CACHE_FROM,
    ),
    family(
        Cause.IMAGE_ABSENT,
        "no such image",
        r"No such image",
        "the runner's pull_policy is never, and {image} is not on its machine",
        example='Failed to pull image with policy "never": Error response from daemon: No such image: ruby:3.4',
        steps=BY_THE_RUNNER,
        fix="let pull_policy be always or if-not-present, or put the image on the machine",
    ),
    family(
        Cause.LAYER_STORE,
        "amazonaws.com",
        r"(?:starport-layer-bucket|\.s3[.-](?:[a-z0-9-]{1,30}\.)?amazonaws\.com).{0,900}"
        r"(?:403|AccessDenied|i/o timeout|timeout|timed out|no such host|connection refused|reset by peer|TLS)",
        "ECR returned the manifest of {image}, but the S3 bucket with its layers cannot be reached",
        example="failed to copy: httpReadSeeker: failed open: failed to do request: Get "
        '"https://prod-eu-central-1-starport-layer-bucket.s3.eu-central-1.amazonaws.com/...": dial tcp '
        "52.219.1.1:443: i/o timeout",
    ),
    family(
        Cause.LAYER_STORE,
        "error parsing http 403",
        r"error parsing HTTP 403 response body: invalid character '<'",
        "the S3 bucket with the layers of {image} answered 403: an S3 VPC endpoint forbids it",
        example="error pulling image configuration: error parsing HTTP 403 response body: invalid character '<' "
        "looking for beginning of value",
    ),
    family(
        Cause.PULL_DENIED,
        "403",
        r"(?:head|get) (?:request to )?\\*\"?https?://\S{1,400}.{0,100}403 Forbidden"
        r"|status code \[manifests [^\]]{1,200}\]: 403 Forbidden|fetching tags list.{0,60}403",
        "{host} answered 403 to the request for {image}, without a reason: the login has expired, or its role may not "
        "pull this repository",
        example="unexpected status from HEAD request to "
        "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ci/app/manifests/1.0: 403 Forbidden",
        unless=_OF_A_CACHE_FROM,
    ),
    family(
        Cause.NO_REGISTRY_HOST,
        "denied|insufficient_scope",
        r"pull access denied|requested access to the resource is denied|insufficient_scope",
        _hub,
        example="pull access denied for ci/node, repository does not exist or may require 'docker login'",
    ),
    family(
        Cause.REFUSED_TOKEN,
        "login attempt to",
        r"login attempt to (?P<url>\S{1,300}) failed with status: (?P<status>[\w ]{3,40})",
        "the registry refused `docker login` at {url}: {status}",
        example="Error response from daemon: login attempt to "
        "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/ failed with status: 400 Bad Request",
        steps=BY_THE_JOB,
        fix="pass what `aws ecr get-login-password` prints for exactly this region, unchanged, to `docker login "
        "--username AWS --password-stdin`",
    ),
    family(
        Cause.REFUSED_TOKEN,
        "invalid username/password",
        r"logging into \\*\"(?P<where>[^\"\\]{1,200})\\*\": invalid username/password",
        "{where} refused the login: user or password is wrong",
        example='Error: logging into "123456789012.dkr.ecr.eu-central-1.amazonaws.com": invalid username/password',
        steps=BY_THE_JOB,
        fix="log in as AWS with what `aws ecr get-login-password` prints for exactly this region, unchanged",
    ),
    family(
        Cause.REGISTRY_ANSWER,
        "500 internal|502 bad|503 service|504 gateway",
        r"(?:/v2/\S{0,300}|received unexpected HTTP status|registry).{0,200}\b(?P<status>50[0234] [A-Z][a-z]+(?: "
        "[A-Z][a-z]+)?)",
        "{host} answered {status} for {image}",
        example="received unexpected HTTP status: 503 Service Unavailable",
        steps=BY_THE_RUNNER | BY_THE_JOB,
    ),
)
