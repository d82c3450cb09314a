"""Trust policies for GitLab jobs: which project's jobs, on which refs, may assume a role with their OIDC token.

AWS reads more claims from gitlab.com than from any other issuer: `project_id`, `namespace_id` and `ref_protected` have
their own condition keys. From a self-managed GitLab it reads only `aud` and `sub`, so branches must be named one by
one: nothing else tells a protected ref from an unprotected one.
Sources: GitLab docs, "OpenID Connect in AWS"; IAM user guide, condition keys of web identity federation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..contract.urls import shown, url_problem
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes, each
from .actions import ASSUME_BY_JOB_ACTION
from .policies import Document, document, listed, policy_json

_LIMIT: Final = 2_048  # IAM quota, characters of a trust policy
_PROJECT: Final = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)+", re.ASCII)
_REF: Final = re.compile(r"[^\s:?*~^$\\\[]+")  # what git allows, except `$`, which starts an IAM policy variable
_THUMBPRINT: Final = re.compile(r"[0-9A-Fa-f]{40}")
_ISSUER: Final = re.compile(r"https://[a-z0-9._-]+(/.*[^/])?")
_ID: Final = re.compile(r"[1-9]\d*")


def issuer_host(gitlab_url: str) -> str:
    """The issuer as IAM writes it in ARNs and condition keys: the URL without its scheme.

    Raises:
        ValueError: GitLab cannot issue tokens under this URL.
    """
    if url_problem(gitlab_url) or not _ISSUER.fullmatch(gitlab_url):
        raise ValueError(
            f"url: got {shown(gitlab_url)}; write https:// and the host in lower case, without a slash at the end, "
            "such as https://gitlab.com"
        )
    return gitlab_url.removeprefix("https://")


def thumbprints(gitlab_url: str, values: Sequence[str]) -> list[str]:
    """The thumbprints of a private CA, as IAM expects them.

    Raises:
        ValueError: one of them is not a thumbprint, or AWS would ignore them.
    """
    if values and gitlab_url == GITLAB_COM:
        raise ValueError("thumbprints: AWS knows the CA of gitlab.com and would ignore them; leave them out")
    return each("thumbprints", values, _thumbprint)


def _thumbprint(value: str) -> str:
    if not _THUMBPRINT.fullmatch(value):
        raise ValueError(
            f"got {value!r}; write the 40 hexadecimal digits of the CA's SHA-1, without colons, "
            'such as "0123456789abcdef0123456789abcdef01234567"'
        )
    return value.lower()


@dataclass(frozen=True)
class TrustedJobs:
    """The jobs of one project that a role trusts: those on protected refs unless `unprotected_refs` says otherwise.

    Attributes:
        gitlab_url: the GitLab that issues the tokens.
        aud: the `aud` of the jobs' `id_tokens`.
        project: the project's full path.
        branches: exact names, on gitlab.com also patterns. On gitlab.com, all protected refs if branches and tags are
            both empty.
        tags: as `branches`.
        project_id: on gitlab.com, the project's number: a path can be taken over after a rename, a number cannot.
        namespace_id: on gitlab.com, the number of the project's group.
        unprotected_refs: also trusts jobs on refs that anyone with push rights may create.
        scheduled: on gitlab.com, only jobs of pipeline schedules; AWS does not read that claim from other instances.
    """

    gitlab_url: str
    aud: str
    project: str
    branches: Sequence[str] = ()
    tags: Sequence[str] = ()
    project_id: str = ""
    namespace_id: str = ""
    unprotected_refs: bool = False
    scheduled: bool = False


def job_trust(provider_arn: str, jobs: TrustedJobs) -> Document:
    """A trust policy for these jobs.

    Args:
        provider_arn: the ARN of the account's OIDC provider for their GitLab.
        jobs: whom the role trusts.

    Raises:
        ValueError: the policy would trust more than it appears to.
    """
    mistakes, issuer = Mistakes(), issuer_host(jobs.gitlab_url)
    with mistakes.at():
        check_aud(jobs.aud, jobs.gitlab_url)
    with mistakes.at():
        check_project(jobs.project)
    equal, subjects = {f"{issuer}:aud": jobs.aud}, list[str]()
    with mistakes.at():
        if jobs.gitlab_url == GITLAB_COM:
            equal |= _gitlab_com_claims(issuer, jobs)
        else:
            _refuse_what_aws_cannot_see(jobs)
    spelled = Mistakes()
    with spelled.at():
        subjects = _subjects(jobs)
    named = {mistake.path for mistake in mistakes.found}  # a ref that AWS cannot see needs no second message
    mistakes.found += [mistake for mistake in spelled.found if mistake.path not in named]
    mistakes.refuse()
    condition = _with_subjects(equal, f"{issuer}:sub", subjects)
    trust = document(
        {
            "Sid": "GitlabJobs",
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": ASSUME_BY_JOB_ACTION,
            "Condition": condition,
        }
    )
    if len(policy_json(trust)) > _LIMIT:
        raise ValueError(
            f"branches: got a trust policy of {len(policy_json(trust))} characters, a role holds {_LIMIT}; "
            "write fewer refs, or patterns where gitlab.com allows them"
        )
    return trust


def check_aud(aud: str, gitlab_url: str) -> None:
    """Refuses an `aud` that tokens other than the jobs' may have.

    Raises:
        ValueError: it would. The message calls it `audience`.
    """
    if not aud or set("*$") & set(aud):
        raise ValueError(f"audience: got {aud!r}; write the aud of the jobs' id_tokens exactly, such as {gitlab_url}")


def check_project(project: str) -> None:
    """Refuses a text that is not the full path of one project.

    Raises:
        ValueError: it is not. The message calls it `project`.
    """
    if not _PROJECT.fullmatch(project):
        why = ". A wildcard would admit others: acme* also matches acme-evil/app" if "*" in project else ""
        text = "write the full path of one project, without host, .git or a slash at its ends, such as acme/app"
        raise ValueError(f"project: got {project!r}; {text}{why}")


def _gitlab_com_claims(issuer: str, jobs: TrustedJobs) -> dict[str, str]:
    mistakes = Mistakes()
    for field, value, whose in (
        ("project_id", jobs.project_id, "project"),
        ("namespace_id", jobs.namespace_id, "group"),
    ):
        if not _ID.fullmatch(value):
            found = f"got {value!r}" if value else "missing"
            mistakes.add(field, text=f"{found}; write the number that GitLab shows on the {whose}'s page, quoted")
    mistakes.refuse()
    return {
        f"{issuer}:project_id": jobs.project_id,
        f"{issuer}:namespace_id": jobs.namespace_id,
        **({} if jobs.unprotected_refs else {f"{issuer}:ref_protected": "true"}),
        **({f"{issuer}:pipeline_source": "schedule"} if jobs.scheduled else {}),
    }


def _refuse_what_aws_cannot_see(jobs: TrustedJobs) -> None:
    unread = Mistakes()
    for key, number in (("project_id", jobs.project_id), ("namespace_id", jobs.namespace_id)):
        if number:
            unread.add(key, text=f"AWS does not read this claim in tokens of {jobs.gitlab_url}; leave it out")
    unread.refuse()
    if jobs.unprotected_refs:
        return
    why = f"AWS reads only aud and sub in tokens of {jobs.gitlab_url}, so it cannot tell whether a ref is protected"
    advice = "write the exact names of protected branches or tags, such as [main]"
    if not jobs.branches and not jobs.tags:
        raise ValueError(f"branches: got none; {why}: {advice}")
    mistakes = Mistakes()
    for field, refs in (("branches", jobs.branches), ("tags", jobs.tags)):
        for position, ref in enumerate(refs):
            if "*" in ref:
                mistakes.add(field, position, text=f"got {ref!r}; {why}: {advice}")
    mistakes.refuse()


def _subjects(jobs: TrustedJobs) -> list[str]:
    if not jobs.branches and not jobs.tags:
        return [f"project_path:{jobs.project}:ref_type:{kind}:ref:*" for kind in ("branch", "tag")]
    mistakes, subjects = Mistakes(), list[str]()
    for field, kind, refs in (("branches", "branch", jobs.branches), ("tags", "tag", jobs.tags)):
        with mistakes.at():
            subjects += [f"project_path:{jobs.project}:ref_type:{kind}:ref:{ref}" for ref in each(field, refs, _ref)]
    mistakes.refuse()
    return subjects


def _ref(ref: str) -> str:
    if not _REF.fullmatch(ref.replace("*", "-")) or not ref.strip("*"):
        raise ValueError(
            f"got {ref!r}; write a name such as main, on gitlab.com also a pattern such as release/*; "
            "leave `branches` and `tags` out for every protected one"
        )
    return ref


def _with_subjects(equal: dict[str, str], key: str, subjects: Sequence[str]) -> dict[str, Any]:
    if any("*" in subject for subject in subjects):
        return {"StringEquals": equal, "StringLike": {key: listed(subjects)}}
    return {"StringEquals": {**equal, key: listed(subjects)}}
