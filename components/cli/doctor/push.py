"""A push: by a role that the job assumes with its id_tokens, and by a login that no variable may shadow."""

import re

from ...docker.image_reference import ImageReference
from ...names.registry_host import parse_registry_host
from .causes.cause import Cause
from .causes.finding import Finding
from .expansion import view_of
from .facts import KEY, Facts

_ROLE = "AWS_ROLE_ARN"
_REGISTRY = "ECR_REGISTRY"
_PULLS_ONLY = re.compile(r":role/(.+/)?job/[^/]+$")  # the path of `access: job-role`


def push_finding(facts: Facts, image: ImageReference) -> Finding | None:
    """Why `docker push` fails, as far as GitLab shows it."""
    role, view = view_of(_ROLE, facts)
    if role is None:
        kept_out = next((f": {variable.name} {reason}" for variable, reason in view.others), "")
        return Finding(
            Cause.NO_PUSH_ROLE,
            f"no {_ROLE} reaches the job{kept_out}",
            "add push to the consumer in the stack file, and run the job on one of its branches or tags",
        )
    if _PULLS_ONLY.search(role.value or ""):
        return Finding(
            Cause.NO_PUSH_ROLE,
            f"{role.listed.name} names a role that only pulls",
            "add push to the consumer in the stack file, in the place of access: job-role",
        )
    registry, _ = view_of(_REGISTRY, facts)
    if registry is not None and registry.value not in (None, image.host):
        return Finding(
            _difference(registry.value or "", image.host),
            f"the job logs in to {registry.value} ({registry.listed.name}) and pushes to {image.host}",
            f"write the image as ${_REGISTRY}/{image.repository}, or add the registry to the consumer's registries",
        )
    login, _ = view_of(KEY, facts)
    if login is not None and login.listed.variable_type == "env_var":
        return Finding(
            Cause.LOGIN_SHADOWED,
            f"{login.listed.name} is of type env_var: Docker CLI 28.3 and later takes it before what `docker login` "
            "stored, and pushes with the pull-only token",
            f"`unset {KEY}` before `docker login`, or make the variable of type file (variableType: file)",
        )
    return None


def _difference(found: str, wanted: str) -> Cause:
    one, other = parse_registry_host(found), parse_registry_host(wanted)
    if one is None or other is None:
        return Cause.OTHER_HOST
    if one.account != other.account:
        return Cause.OTHER_ACCOUNT
    return Cause.OTHER_REGION if one.region != other.region else Cause.OTHER_FORM
