"""The runner's own configuration refuses the image, or its disk is full.

Source: gitlab-runner 19.4, `helpers/pull_policies`, `common/allowed_images.go`, `executors/kubernetes`.
"""

from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import BY_THE_RUNNER, Clue, family, found

_POLICY: Final = (
    r"pull_policy \(\[(?P<asked>[^\]]{0,200})\]\) defined in %s is not one of the allowed_pull_policies "
    r"\(\[(?P<allowed>[^\]]{0,200})\]\)"
)


def _own_policy(clue: Clue) -> Finding:
    asked = clue.match["asked"]
    own = f"its own pull_policy {asked}" if asked else "its own default, since its config.toml names no pull_policy"
    return found(
        Cause.RUNNER_PULL_POLICY,
        f"the runner's configuration refuses {own}: allowed_pull_policies holds {clue.match['allowed']} only; the job "
        "names no pull_policy",
    )


def _not_allowed(clue: Clue) -> Finding:
    kind = clue.match.groupdict().get("kind") or "images"
    return found(Cause.IMAGE_NOT_ALLOWED, f"the runner's allowed_{kind} has no pattern for {clue.what_image}")


def _full(clue: Clue) -> Finding:
    what = f"pulls or builds {clue.image}" if clue.image else "pulls" if clue.by_the_runner else "runs the job"
    return found(Cause.DISK_FULL, f"the disk of the machine that {what} is full")


RUNNER: Final = (
    family(
        Cause.RUNNER_PULL_POLICY,
        "allowed_pull_policies",
        _POLICY % r"Runner config(?: \(default\))?",
        _own_policy,
        example='invalid pull policy for container "build": pull_policy ([]) defined in Runner config (default) is not '
        "one of the allowed_pull_policies ([Always IfNotPresent])",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.PULL_POLICY,
        "allowed_pull_policies",
        _POLICY % r"[^\n]{1,80}",
        "the runner does not allow the job's pull_policy {asked}, only {allowed}",
        example='invalid pull policy for image "ruby:3.4": pull_policy ([never]) defined in GitLab pipeline config is '
        "not one of the allowed_pull_policies ([always])",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.RUNNER_PULL_POLICY,
        "unsupported pull_policy",
        r"unsupported pull_policy config: \"?(?P<asked>[\w-]{1,60})",
        "the runner's pull_policy {asked} does not exist",
        example='unsupported pull_policy config: "sometimes"',
        steps=BY_THE_RUNNER,
        fix="write always, if-not-present or never as pull_policy in the runner's config.toml",
    ),
    family(
        Cause.IMAGE_NOT_ALLOWED,
        "is not present on list of allowed",
        r'The "[^"]{1,400}" (?:image|service) is not present on list of allowed (?P<kind>images|services)',
        _not_allowed,
        example='ERROR: The "ruby:3.4" image is not present on list of allowed images:',
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.IMAGE_NOT_ALLOWED,
        "disallowed image",
        r"disallowed image",
        _not_allowed,
        example="ERROR: Job failed: disallowed image",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.IMAGE_REFERENCE,
        "invalid reference format",
        r"invalid reference format(?P<why>: [^\n(\"]{1,120})?",
        "{image} is not an image reference{why}",
        example='invalid argument "ci/Node:1.0" for "-t, --tag" flag: invalid reference format: repository name must '
        "be "
        "lowercase",
    ),
    family(
        Cause.IMAGE_REFERENCE,
        "couldn't parse image",
        r"couldn't parse image (?:name|reference) \\*\"(?P<name>[^\"\\]{0,300})",
        "`{name}` is not an image reference",
        example='image pull failed: Failed to apply default image tag "ci/Node": couldn\'t parse image name "ci/Node": '
        "invalid reference format",
    ),
    family(
        Cause.IMAGE_REFERENCE,
        "image specified",
        r"no (?:Docker )?image specified",
        "the job names no image, and its runner has no default",
        example="no Docker image specified to run the build in",
        steps=BY_THE_RUNNER,
        fix="write image: in the job, or image in the runner's config.toml",
    ),
    family(
        Cause.DISK_FULL,
        "no space left on device|disk quota exceeded",
        r"no space left on device|disk quota exceeded",
        _full,
        example="failed to register layer: write /usr/lib/libLLVM.so: no space left on device",
    ),
)
