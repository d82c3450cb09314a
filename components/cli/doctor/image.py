"""Step one: whether the text is an image reference, and whether it names an ECR registry."""

import difflib
import re
from collections.abc import Iterable
from typing import Final

from ...docker import image_reference
from ...docker.image_reference import DOCKER_HUB, ImageReference
from ...names.registry_host import parse_registry_host
from ...variables import description
from .causes.cause import Cause
from .causes.finding import Finding
from .expansion import expand
from .facts import Facts
from .public import PUBLIC_HOST

_NEARLY_ECR: Final = re.compile(r"dkr.?ecr|\.ecr\.|amazonaws|on\.aws")


def image_of(facts: Facts) -> ImageReference | Finding:
    """The image that the runner requests, or why it cannot request one."""
    expanded = expand(facts.image, facts)
    if expanded.undefined:
        return Finding(
            Cause.IMAGE_VARIABLE,
            f"{facts.image}: the job does not see ${expanded.undefined[0]}, so it is empty",
            "set that variable for this job, or write its value into the image reference",
        )
    if expanded.unknown:
        return Finding(
            Cause.IMAGE_VARIABLE,
            f"{facts.image}: only a running job has ${expanded.unknown[0]}",
            "give the image reference as the job's log shows it",
        )
    try:
        image = image_reference.parse(expanded.text)
    except ValueError as error:
        what, _, fix = str(error).partition("; ")
        return Finding(Cause.IMAGE_REFERENCE, what, fix or "write an image reference such as ruby:3.4")
    return _nearly_ecr(image, _described(facts)) or image


def _nearly_ecr(image: ImageReference, hosts: Iterable[str]) -> Finding | None:
    host, _, port = image.host.partition(":")
    if port and parse_registry_host(host):
        return Finding(
            Cause.IMAGE_REFERENCE,
            f"{image} names port {port}, and the runner compares ports literally",
            f"write {host}/{image.repository} without a port",
        )
    if parse_registry_host(host) is None and host != PUBLIC_HOST and _NEARLY_ECR.search(host):
        near = difflib.get_close_matches(host, [PUBLIC_HOST, *hosts], n=1, cutoff=0.8)
        did_you_mean = f"; did you mean {near[0]}?" if near else ""
        return Finding(
            Cause.IMAGE_REFERENCE,
            f"{image.host} looks like an ECR registry host, but is not one{did_you_mean}",
            "write <twelve digits>.dkr.ecr.<region>.amazonaws.com, as the stack's output repositoryUrls has it",
        )
    if image.host == DOCKER_HUB and "/" in image.repository:
        return Finding(
            Cause.NO_REGISTRY_HOST,
            f"{image.repository} has no registry host, so it is looked up on Docker Hub",
            "write the registry host and a / before it, as the stack's output repositoryUrls has it",
        )
    return None


def _described(facts: Facts) -> list[str]:
    """The registry hosts that the descriptions of the job's variables name."""
    return [host for held in facts.variables for host in description.hosts(held.listed.description)]
