"""The login that a job fetches by `secrets:`: whether it does, by which role, and whether the login works."""

from typing import Final

from ...docker.auth import DOCKER_AUTH_CONFIG
from ...docker.image_reference import ImageReference
from . import role_rights
from .causes.cause import Cause
from .causes.finding import Checked, Finding
from .causes.sections import fix_of
from .ci_file import CiFile
from .facts import Ask, Facts, JobSecret
from .judge import Judgement, judge_text
from .role_trust import Refs, ref_finding

_REFS: Final = Refs(
    Cause.ROLE_TRUST,
    add="add {ref} to {refs} of the consumer in the stack file and run `pulumi up`; for merge requests write "
    "unprotectedRefs: true",
    protect="protect the ref in GitLab; for merge requests write unprotectedRefs: true for the consumer, and run "
    "`pulumi up`",
)
_SHOWN: Final = 3


def fetched_by_none(secret: JobSecret, ci: CiFile | str) -> bool:
    """Whether the CI configuration is known, and none of its jobs fetches the login."""
    return isinstance(ci, CiFile) and not ci.fetching(secret.name)


def not_fetched(secret: JobSecret, facts: Facts) -> Finding:
    """The finding when no job fetches the login."""
    return Finding(
        Cause.SECRET_NOT_FETCHED,
        f"jobs of {facts.job.project} get their login by `secrets:`, from {secret.name}, and no job of its CI "
        f"configuration at {facts.job.ref} has this secret as {DOCKER_AUTH_CONFIG}",
        fix_of(Cause.SECRET_NOT_FETCHED),
    )


def judge_secret(secret: JobSecret, image: ImageReference, facts: Facts, ask: Ask) -> Judgement:
    """Judges the login as a job gets it: the CI configuration, then the role, then the secret itself."""
    checked = Checked()
    finding = _of_the_jobs(secret, image, checked) or _of_the_role(secret, facts, checked) or secret.problem
    if finding is not None:
        return Judgement(finding, tuple(checked.tested), _notes(checked))
    if secret.login is None:
        checked.not_tried.append(f"what is in the secret {secret.name}: {secret.unread}")
        return Judgement(None, tuple(checked.tested), _notes(checked))
    judged = judge_text(f"the secret {secret.name}", secret.login, image, facts, ask)
    return Judgement(judged.finding, (*checked.tested, *judged.tested), (*_notes(checked), *judged.notes))


def _of_the_jobs(secret: JobSecret, image: ImageReference, checked: Checked) -> Finding | None:
    if isinstance(secret.ci, str):
        checked.not_tried.append(f"whether the job has the `secrets:` of templates/pull.yml: {secret.ci}")
        return None
    fetching = _few(secret.ci.fetching(secret.name))
    if without := secret.ci.without(secret.name, f"{image.host}/{image.repository}"):
        return Finding(
            Cause.SECRET_NOT_FETCHED,
            f"{_few(without)} names {image.host}/{image.repository} and does not fetch its login from {secret.name}, "
            f"as {fetching} does",
            f"let {without[0]} extend the hidden job of templates/pull.yml, too",
        )
    checked.tested.append(f"{fetching} fetches the login from {secret.name}, by the CI configuration")
    return None


def _of_the_role(secret: JobSecret, facts: Facts, checked: Checked) -> Finding | None:
    role, name = secret.role, secret.role_arn.rpartition("/")[2]
    if isinstance(role, str):
        checked.not_tried.append(f"whether {name} trusts this ref and may read {secret.name}: {role}")
        return None
    if finding := ref_finding(_REFS, facts.job, name, role, checked):
        return finding
    allowed = role_rights.secrets_of(role)
    if any(role_rights.fits(pattern, secret.name) for pattern in allowed):
        checked.tested.append(f"{name} may read {secret.name}")
    elif role.complete:
        other = f", only {', '.join(allowed)}" if allowed else ""
        return Finding(
            Cause.SECRET_DENIED,
            f"{name} may not read {secret.name}{other}",
            "run `pulumi up --refresh`: the stack gives the role exactly this secret",
        )
    else:
        checked.not_tried.append(f"whether {name} may read {secret.name}: it has attached policies")
    return None


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{'job' if len(names) == 1 else 'each of the jobs'} {', '.join(names[:_SHOWN])}{more}"


def _notes(checked: Checked) -> tuple[str, ...]:
    return tuple(f"not tested: {each}" for each in checked.not_tried)
