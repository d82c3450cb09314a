"""Diagnoses a push: the job assumes a role with its id_tokens, then logs in; no variable may shadow that login."""

import difflib
import re
from collections.abc import Iterable
from typing import Final

from ...docker.image_reference import ImageReference
from ...names.registry_host import parse_registry_host
from ...variables.keys import AWS_ROLE, REGISTRY
from ...variables.targets import VariableType
from . import role_rights, variable
from .causes.cause import Cause
from .causes.finding import Checked, Diagnosis, Finding
from .expansion import view_of
from .facts import KEY, Ask, Facts, Role, RoleOf, VariableWithValue
from .image import image_of
from .judge import judge
from .role_rights import fits
from .role_trust import Refs, ref_finding

_PUSH_REFS: Final = Refs(
    Cause.PUSH_REF,
    add="add {ref} to {refs} of the consumer in the stack file and run `pulumi up`, or run the job on a ref that it "
    "trusts",
    protect="protect the ref in GitLab, or push from one that is",
)
_PULLS_ONLY: Final = re.compile(r":role/(.+/)?job/[^/]+$")  # the path of `access: job-role`
_REPOSITORY_KEYS: Final = re.compile(r"^ECR_REPOSITORY_[A-Z0-9_]+$")


def diagnose_push(facts: Facts, ask: Ask, role_of: RoleOf) -> Diagnosis:
    """What prevents the push; or that nothing known does, with what was not tried."""
    image = image_of(facts)
    if isinstance(image, Finding):
        return Diagnosis(image, facts.remarks)
    checked = Checked()
    finding = (
        _of_the_variables(facts, image, checked)
        or _of_the_role(facts, image, role_of, checked)
        or _repository_absent(facts, image, ask, checked)
    )
    if finding is not None:
        return Diagnosis(finding, facts.remarks)
    checked.not_tried.append("the push itself, and whether the tag already exists in a repository with immutable tags")
    headline = "no known obstacle"
    notes = (*facts.remarks, *(f"not tried: {each}" for each in checked.not_tried))
    return Diagnosis(None, notes, tested=tuple(checked.tested), headline=headline)


def _of_the_variables(facts: Facts, image: ImageReference, checked: Checked) -> Finding | None:
    role, view = view_of(AWS_ROLE, facts)
    if role is None:
        kept_out = next((f": {other.name} {reason}" for other, reason in view.others), "")
        return Finding(
            Cause.NO_PUSH_ROLE,
            f"no {AWS_ROLE} reaches the job{kept_out}",
            "add push to the consumer in the stack file, and run the job on one of its branches or tags",
        )
    if _PULLS_ONLY.search(role.value or ""):
        return Finding(
            Cause.NO_PUSH_ROLE,
            f"{role.listed.name} names a role that only pulls",
            "add push to the consumer in the stack file, in place of access: job-role",
        )
    checked.tested.append(f"{role.listed.name} reaches the job")
    registry, _ = view_of(REGISTRY, facts)
    if registry is not None and registry.value not in (None, image.host):
        return Finding(
            _difference(registry.value or "", image.host),
            f"the job logs in to {registry.value} ({registry.listed.name}) and pushes to {image.host}",
            f"write the image as ${REGISTRY}/{image.repository}, or add the registry to the consumer's registries",
        )
    login, _ = view_of(KEY, facts)
    if login is not None and login.listed.variable_type == VariableType.ENV_VAR:
        return Finding(
            Cause.LOGIN_SHADOWED,
            f"{login.listed.name} is of type env_var: Docker CLI 28.3 and later prefers it to what `docker login` "
            "stored, and so pushes with the pull-only token",
            f"run `unset {KEY}` before `docker login`, or give the variable the type file (variableType: file)",
        )
    return _not_among(image, _named_repositories(facts), "the variables ECR_REPOSITORY_... name", checked)


def _named_repositories(facts: Facts) -> list[str]:
    """The repositories that the stack's variables name to the job, one each."""
    keys = sorted({held.listed.key for held in facts.variables if _REPOSITORY_KEYS.match(held.listed.key)})
    seen = [view_of(key, facts)[0] for key in keys]
    return [variable.value for variable in seen if variable is not None and variable.value]


def _not_among(image: ImageReference, repositories: list[str], who: str, checked: Checked) -> Finding | None:
    wanted = f"{image.host}/{image.repository}"
    if not repositories:
        return None
    if wanted in repositories:
        checked.tested.append(f"{who} {wanted}")
        return None
    return _other_repository(image, [each.partition("/")[2] for each in repositories], f"{who} other repositories")


def _other_repository(image: ImageReference, repositories: Iterable[str], what: str) -> Finding:
    there = sorted(set(repositories))
    near = difflib.get_close_matches(image.repository, there, n=1, cutoff=0.8)
    did_you_mean = f"; did you mean {near[0]}?" if near else ""
    return Finding(
        Cause.PUSH_REPOSITORY,
        f"{what} than {image.repository}: {', '.join(there)}{did_you_mean}",
        f"add {image.repository} to the consumer's push in the stack file, and run `pulumi up`",
    )


def _of_the_role(facts: Facts, image: ImageReference, role_of: RoleOf, checked: Checked) -> Finding | None:
    held, _ = view_of(AWS_ROLE, facts)
    arn = held.value if held is not None else None
    role = role_of(arn) if arn else "its ARN is hidden"
    name = (arn or "the role").rpartition("/")[2]
    if isinstance(role, str):
        checked.not_tried.append(f"whether {name} trusts this ref, and which repositories it may push to: {role}")
        return None
    return ref_finding(_PUSH_REFS, facts.job, name, role, checked) or _rights_finding(image, name, role, checked)


def _rights_finding(image: ImageReference, name: str, role: Role, checked: Checked) -> Finding | None:
    if role_rights.denies_everything(role):
        return Finding(
            Cause.IAM_POLICY,
            f"a policy of {name} denies it everything, probably because of `gitlab-ecr revoke --now`",
            "raise the consumer's generation in the stack file and run `pulumi up`, which creates a new role",
        )
    host = parse_registry_host(image.host)
    wanted = f":{host.region}:{host.account}:repository/{image.repository}" if host else f":{image.repository}"
    allowed = role_rights.pushes_to(role)
    if any(fits(pattern, f"arn:{partition}:ecr{wanted}") for pattern in allowed for partition in _PARTITIONS):
        checked.tested.append(f"{name} may push to {image.repository}")
        return None
    if not role.complete:
        checked.not_tried.append(f"whether {name} may push to {image.repository}: it has attached policies")
        return None
    if not allowed:
        return Finding(
            Cause.NO_PUSH_ROLE, f"{name} may push to no repository", "add push to the consumer in the stack file"
        )
    return _other_repository(image, map(role_rights.repository_of, allowed), f"{name} may push to other repositories")


_PARTITIONS: Final = ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f")


def _repository_absent(facts: Facts, image: ImageReference, ask: Ask, checked: Checked) -> Finding | None:
    """A finding if the repository does not exist. Only a login for pulls can tell."""
    held: VariableWithValue | None = variable.visible(facts)[0]
    found = judge(held, image, facts, ask).finding if held and held.value else None
    if found is not None and found.cause is Cause.REPOSITORY_ABSENT:
        return found
    if held is None or found is not None:
        checked.not_tried.append(
            f"whether {image.host} has a repository {image.repository}: there is no login to ask with"
        )
    return None


def _difference(found: str, wanted: str) -> Cause:
    one, other = parse_registry_host(found), parse_registry_host(wanted)
    if one is None or other is None:
        return Cause.OTHER_HOST
    if one.account != other.account:
        return Cause.OTHER_ACCOUNT
    return Cause.OTHER_REGION if one.region != other.region else Cause.OTHER_FORM
