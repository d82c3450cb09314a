"""Whether a role trusts a job: by its project, its branch or tag, and whether that is protected."""

from dataclasses import dataclass

from ...variables.job_view import Job, Pipeline
from . import role_rights
from .causes.cause import Cause
from .causes.finding import Checked, Finding
from .facts import Role
from .role_rights import fits


@dataclass(frozen=True)
class Refs:
    """What to say about a role that does not trust the job's ref.

    Attributes:
        cause: the cause.
        add: what to do when it trusts other refs only; `{ref}` stands for the job's ref, `{refs}` for `branches` or
            `tags`.
        protect: what to do when it trusts protected refs only.
    """

    cause: Cause
    add: str
    protect: str


def ref_finding(refs: Refs, job: Job, name: str, role: Role, checked: Checked) -> Finding | None:
    """Why the role does not trust the job; None when it does, or when its trust policy has another form."""
    trusted = role_rights.subjects(role)
    kind = "tag" if job.pipeline is Pipeline.TAG else "branch"
    if trusted is None:
        checked.not_tried.append(f"whether {name} trusts this ref: its trust policy has no condition on sub")
        return None
    if not any(each.kind == kind and fits(each.project, job.project) and fits(each.ref, job.ref) for each in trusted):
        what = f"{name} trusts {', '.join(map(str, trusted))}, but the job runs on {kind} {job.ref} of {job.project}"
        return Finding(refs.cause, what, refs.add.format(ref=job.ref, refs="tags" if kind == "tag" else "branches"))
    if role_rights.wants_protected(role) and not job.is_protected:
        what = f"{name} trusts only protected refs, and {kind} {job.ref} of {job.project} is not protected"
        return Finding(refs.cause, what, refs.protect)
    checked.tested.append(f"{name} trusts {kind} {job.ref} of {job.project}")
    return None
