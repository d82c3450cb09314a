"""What a pasted job log tells: the lines of runner, container runtime and `docker push`, by which step failed first."""

import re
from collections.abc import Callable
from typing import Final

from ...docker.image_reference import ImageReference
from ...docker.image_reference import parse as parse_image
from ...names.registry_host import parse_registry_host
from .answers import denial
from .causes import Cause, Finding

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SOURCE: Final = re.compile(r"Authenticating with credentials from (\S+)")
_IMAGE: Final = re.compile(r'failed to pull image "([^"]+)"|Pulling docker image (\S+)|refers to repository \[([^\]]+)')
_HOST: Final = re.compile(r"\d{12}\.dkr[.-]ecr[\w.-]+")

_Reader = Callable[[re.Match[str], str], Finding]
_ROTATE: Final = "`gitlab-ecr rotate`, then `gitlab-ecr status` to see why no run renewed it"


def read(log: str) -> Finding | None:
    """The cause that a log names; None when it names none."""
    text = _COLOURS.sub("", log)
    for pattern, reader in _READERS:
        if match := pattern.search(text):
            return reader(match, text)
    return None


def _image(text: str) -> ImageReference | None:
    for match in _IMAGE.finditer(text):
        try:
            return parse_image(next(group for group in match.groups() if group))
        except ValueError:
            continue
    return None


def _what_image(text: str) -> str:
    return str(_image(text) or "the image")


def _dropped(match: re.Match[str], _: str) -> Finding:
    error = match["error"]
    if program := re.search(r"docker-credential-([\w.-]+)", error):
        return Finding(
            Cause.HELPER_MISSING,
            f"DOCKER_AUTH_CONFIG asks the helper {program[1]}, and the runner could not ask it; it drops all of the "
            "document",
            f"install docker-credential-{program[1]} on the PATH of the runner's process, and give its machine a role",
        )
    if "illegal base64" in error or "invalid auth configuration" in error:
        return Finding(
            Cause.BAD_AUTH,
            "an auth in DOCKER_AUTH_CONFIG is not the base64 of user:password; the runner drops all of the document",
            "let gitlab-ecr write the variable: `gitlab-ecr rotate`",
        )
    return Finding(
        Cause.BAD_DOCUMENT,
        "DOCKER_AUTH_CONFIG is not the JSON that the runner expects; it drops all of the document",
        'write {"auths":{"<registry host>":{"auth":"<base64 of user:password>"}}}, or let gitlab-ecr write it',
    )


def _expired(_: re.Match[str], text: str) -> Finding:
    source = _SOURCE.search(text)
    return Finding(Cause.EXPIRED, f"the token in {source[1] if source else 'DOCKER_AUTH_CONFIG'} has expired", _ROTATE)


def _denied(match: re.Match[str], text: str) -> Finding:
    image = _image(text)
    found = re.search(r"arn:[\w-]+:ecr:(?P<region>[\w-]+):(?P<account>\d{12}):repository/(?P<name>[\w./-]+)", match[0])
    if re.search(r"ecr:(?:InitiateLayerUpload|PutImage|UploadLayerPart|CompleteLayerUpload)", match[0]) and (
        re.search(r"assumed-role/\S*-pull-", match[0])
    ):
        return Finding(
            Cause.LOGIN_SHADOWED,
            "the push was sent with the pull-only token of DOCKER_AUTH_CONFIG, which shadows the job's `docker login`",
            "`unset DOCKER_AUTH_CONFIG` before `docker login`, or make the variable of type file",
        )
    host = _HOST.search(text)
    if found and image is None:
        image = ImageReference(host[0] if host else "the registry", found["name"])
    return denial(image or ImageReference("the registry", found["name"] if found else "the repository"), match[0])


def _no_credentials(_: re.Match[str], text: str) -> Finding:
    source = _SOURCE.search(text)
    image = _what_image(text)
    if source:
        return Finding(
            Cause.REFUSED_TOKEN,
            f"the registry does not take the login that {source[1]} has for {image}",
            "`gitlab-ecr doctor IMAGE --project P`, which tries it",
        )
    parsed = _image(text)
    if parsed is not None and parse_registry_host(parsed.host) is None:
        return Finding(
            Cause.NO_REGISTRY_HOST,
            f"{image} is on {parsed.host}, no registry of ECR, and was pulled without a login",
            "write the registry host of ECR and a / before it",
        )
    return Finding(
        Cause.VARIABLE_ABSENT,
        f"the runner had no login for {image}: no DOCKER_AUTH_CONFIG reached the job, or it is for another host",
        "`gitlab-ecr doctor IMAGE --project P --ref R`, which tells which of the two",
    )


def _plain(cause: Cause, what: str, fix: str) -> _Reader:
    def reader(match: re.Match[str], text: str) -> Finding:
        return Finding(cause, what.format(image=_what_image(text), found=match[match.lastindex or 0]), fix)

    return reader


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# In the order in which they decide: what makes the runner drop its logins comes before what the registry then says.
_READERS: Final[tuple[tuple[re.Pattern[str], _Reader], ...]] = (
    (
        _pattern(r"image is not present on list of allowed|disallowed image"),
        _plain(
            Cause.IMAGE_NOT_ALLOWED,
            "the runner's allowed_images has no pattern for {image}",
            "add one, such as <registry host>/**, to allowed_images of the runner",
        ),
    ),
    (
        _pattern(r"pull_policy \(.*\) defined in .* is not one of the allowed_pull_policies|unsupported pull_policy"),
        _plain(
            Cause.PULL_POLICY,
            "the runner does not allow the job's pull_policy",
            "take pull_policy out of the job, or add it to allowed_pull_policies of the runner",
        ),
    ),
    (
        _pattern(r"invalid reference format[^\n]*"),
        _plain(
            Cause.IMAGE_REFERENCE,
            "the image is no image reference: {found}",
            "write lower-case letters, and check that every variable in it is set",
        ),
    ),
    (
        _pattern(r"path traversal is not allowed"),
        _plain(
            Cause.BAD_DOCUMENT,
            "DOCKER_AUTH_CONFIG names a helper that is no plain name",
            "write the name without docker-credential- and without a path, such as ecr-login",
        ),
    ),
    (
        _pattern(r"Failed to resolve credentials from \$DOCKER_AUTH_CONFIG: (?P<error>.*)"),
        _dropped,
    ),
    (_pattern(r"authorization token has expired"), _expired),
    (_pattern(r"[^\n]*is not authorized to perform: ecr:[^\n]*"), _denied),
    (
        _pattern(r"tag '?([^' ]+)'? already exists in the '[^']+' repository and cannot be overwritten"),
        _plain(
            Cause.TAG_IMMUTABLE,
            "the tag {found} exists already, and tags of this repository do not move",
            "push another tag, or add a pattern to the repository's mutable_tags",
        ),
    ),
    (
        _pattern(r"repository with name '([^']+)' does not exist|name unknown"),
        _plain(
            Cause.REPOSITORY_ABSENT,
            "the registry has no such repository: {found}",
            "correct the image reference, or add the repository to repositories in the stack file",
        ),
    ),
    (
        _pattern(r"manifest unknown|requested image not found|manifest for (\S+) not found"),
        _plain(
            Cause.IMAGE_ABSENT,
            "the repository has no such image: {image}",
            "push it, or write a tag that is there; a lifecycle rule may have removed it",
        ),
    ),
    (
        _pattern(r"no such host|i/o timeout|connection refused|TLS handshake timeout"),
        _plain(
            Cause.UNREACHABLE,
            "the runner did not reach the registry of {image}",
            "correct account and region in the image reference, or the network of the runner",
        ),
    ),
    (
        _pattern(r"no basic auth credentials|pull access denied|denied: .*Not Authorized|401 Unauthorized"),
        _no_credentials,
    ),
)
