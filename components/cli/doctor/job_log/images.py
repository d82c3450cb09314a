"""Finds the image that a line is about: runners, container runtimes, builders and AWS all write it differently."""

import re
from collections.abc import Iterable
from typing import Final

from ....docker import image_reference
from ....docker.image_reference import DOCKER_HUB
from ....names.registry_host import dns_suffix

_REFERENCE: Final = r"(?:[a-zA-Z0-9]|\[MASKED\]|\*{3})(?:[a-zA-Z0-9._/@:-]|\[MASKED\]|\*{3}){0,300}"  # GitLab masks
_QUOTED: Final = rf'\\*["\']?(?P<image>{_REFERENCE})\\*["\']?'
_IN_QUOTES: Final = rf'\\*["\'](?P<image>{_REFERENCE})\\*["\']'
_NAMED: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:failed to pull|pull and unpack|pulling|inspecting|for) image {_IN_QUOTES}",
        rf"resolve reference {_IN_QUOTES}",
        rf"parse image (?:name|reference) {_IN_QUOTES}",
        rf"push permissions? for {_IN_QUOTES}",
        rf"failed to push(?: to destination)? {_QUOTED}: ",
        rf"refers to repository \[{_QUOTED}\]",
        rf"docker://{_QUOTED}",
        rf"failed to solve: {_QUOTED}: ",
        rf"load metadata for {_QUOTED}",
        rf"pull access denied for {_QUOTED},",
        rf"manifest for {_QUOTED} not found",
        (
            rf"(?:reading manifest \S{{1,130}} in|Trying to pull|retrieving image from cache:|retrieving image "
            rf"manifest|Downloading base image|importing cache manifest from) {_QUOTED}"
        ),
        rf"invalid from flag value {_QUOTED}: ",
        rf"(?:pushing|pushing manifest for|pushing image to) {_QUOTED}",
        rf"The {_IN_QUOTES} image is not present",
    )
)
_URL: Final = re.compile(
    r"https?://(?P<host>[a-zA-Z0-9.-]{1,200}(?::\d{1,5})?)/v2/(?P<repository>[a-z0-9._/-]{1,255}?)/"
    r"(?:manifests|blobs|tags)/(?P<reference>(?:sha256:)?[\w.-]{1,130})?"
)
_ARN: Final = re.compile(
    r"arn:[\w-]{3,20}:ecr:(?P<region>[\w-]{5,30}):(?P<account>\d{12}):repository/(?P<name>[a-z0-9._/-]{1,255})"
)
_OF_A_COMMAND: Final = re.compile(
    rf"(?:pull|push|--tag|-t|--destination[ =]|copy|run|FROM)[ "
    rf"=]\s*(?:-\S+\s+){{0,6}}(?:docker://)?['\"]?(?P<image>{_REFERENCE})"
)
_ANYWHERE: Final = re.compile(
    r"\b\d{12}\.dkr[.-]ecr[a-z0-9.-]{5,80}/(?!v2/)[a-z0-9][a-z0-9._/-]{0,250}(?::[\w.-]{1,128})?"
)
_HOST: Final = re.compile(r"\b\d{12}\.dkr[.-]ecr[a-z0-9.-]{5,80}|\bpublic\.ecr\.aws\b")
_HUB_HOSTS: Final = ("registry-1.docker.io", "index.docker.io", "docker.io")
_DIGEST_ONLY: Final = re.compile(r"sha256:[0-9a-f]{8,}")


def image_in(text: str) -> str:
    """The image that a line names; empty when it names none."""
    for pattern in _NAMED:
        if (match := pattern.search(text)) and (image := _reference(match["image"])):
            return image
    if match := _URL.search(text):
        reference = match["reference"] or ""
        joint = "@" if reference.startswith("sha256:") else ":"
        tag = f"{joint}{reference}" if "/manifests/" in match[0] and reference else ""
        if match["host"] in _HUB_HOSTS:
            return f"{match['repository'].removeprefix('library/')}{tag}"
        return f"{match['host']}/{match['repository']}{tag}"
    if match := _ARN.search(text):
        try:
            return f"{match['account']}.dkr.ecr.{match['region']}.{dns_suffix(match['region'])}/{match['name']}"
        except ValueError:
            return match["name"]
    match = _ANYWHERE.search(text)
    return _reference(match[0]) if match else ""


def image_of(texts: Iterable[str]) -> str:
    """The image from the first text that names one."""
    return next((image for image in map(image_in, texts) if image), "")


def image_of_command(command: str) -> str:
    """The image that a command pulls, pushes or runs."""
    if image := image_in(command):
        return image
    match = _OF_A_COMMAND.search(command)
    return _reference(match["image"]) if match else ""


def host_of(image: str) -> str:
    """The registry host of an image; empty when there is no image."""
    try:
        return image_reference.parse(image).host if image else ""
    except ValueError:
        return image.partition("/")[0] if "." in image.partition("/")[0] else ""


def is_docker_hub(image: str) -> bool:
    """Whether the image has no registry host, or has Docker Hub's."""
    return host_of(image) == DOCKER_HUB


def registry_in(text: str) -> str:
    """The ECR registry host that a line names anywhere; empty when it names none."""
    match = _HOST.search(text)
    return match[0].rstrip(".") if match else ""


def _reference(text: str) -> str:
    text = text.rstrip(":.,/-")
    if _DIGEST_ONLY.fullmatch(text) or text.lower() in ("manifest", "image", "layers", "the"):
        return ""
    return text
