"""Which job rotates: the settings of `rotationBackend: gitlab`, and who may assume the roles of its jobs."""

from collections.abc import Mapping
from typing import Any, Final

from ..arguments import numbers
from ..iam.args import JobIssuerArgs
from ..iam.gitlab_trust import TrustedJobs, check_project, issuer_host, job_trust
from ..iam.policies import Document
from ..names.choices import choice
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes
from ..names.naming import Names
from .args import RotationBackend, RotationJobArgs, RotatorArgs

_OF_LAMBDA: Final = {
    "vpc": "a job runs in its runner's network",
    "reserved_concurrency": "a job's resource group makes runs come one after the other",
    "log_retention_days": "a job's log is kept by GitLab",
}


def job_of(args: RotatorArgs) -> RotationJobArgs | None:
    """The job's settings with backend `gitlab`; None with Lambda."""
    return args.get("job") if backend_of(args) is RotationBackend.GITLAB else None


def backend_of(args: RotatorArgs) -> RotationBackend:
    """Where the rotator runs, in Lambda unless the arguments say otherwise."""
    return choice(RotationBackend, args.get("backend", RotationBackend.LAMBDA), "backend")


def branch_of(job: RotationJobArgs) -> str:
    """The branch that the schedules run on."""
    return job.get("branch", "main")


def rotation_trust(names: Names, job: RotationJobArgs, issuer: JobIssuerArgs) -> Document:
    """The trust policy for the project's scheduled jobs. A number that is an output is replaced until it is known.

    Raises:
        MistakesError: the trust would be wider than it reads.
    """
    url = issuer.get("url", GITLAB_COM)
    # AWS reads no numbers from other instances.
    known = url == GITLAB_COM
    return job_trust(
        names.arn("iam", f"oidc-provider/{issuer_host(url)}", region=""),
        TrustedJobs(
            gitlab_url=url,
            aud=issuer.get("audience", url),
            project=job["project"],
            branches=[branch_of(job)],
            project_id=numbers.plain_text(job["id"]) if known and "id" in job else "",
            namespace_id=numbers.plain_text(job["namespace_id"]) if known and "namespace_id" in job else "",
            scheduled=True,
        ),
    )


def numbers_to_come(job: RotationJobArgs, issuer: JobIssuerArgs) -> Mapping[str, Any]:
    """The numbers in that trust that are outputs."""
    if issuer.get("url", GITLAB_COM) != GITLAB_COM:
        return {}
    return numbers.outputs({key: value for key, value in job.items() if key in ("id", "namespace_id")})


def check_backend(names: Names, args: RotatorArgs) -> None:
    """Refuses settings of one backend together with the other.

    Raises:
        MistakesError: each names its key.
    """
    mistakes, job = Mistakes(), args.get("job")
    if backend_of(args) is not RotationBackend.GITLAB:
        if job is not None:
            text = (
                "got settings of a GitLab job, but the rotator runs in Lambda; leave `job` out, or write gitlab as the "
            )
            text += "backend: `rotation_backend`: gitlab"
            mistakes.add("job", text=text)
        mistakes.refuse()
        return
    for key, why in _OF_LAMBDA.items():
        if key in args:
            mistakes.add(key, text=f"is of the backend lambda, {why}; leave it out")
    if job is None:
        mistakes.add(
            "job",
            text="missing; the backend gitlab needs the project whose pipeline schedule runs the rotation: "
            "write `job`: { project: acme/registry-access, branch: main }",
        )
        mistakes.refuse()
        return
    issuer, branch = args.get("issuer", {}), branch_of(job)
    with mistakes.at("job"):
        check_project(job["project"])
    if "*" in branch:
        mistakes.add(
            "job", "branch", text=f"got {branch!r}; a schedule runs on one branch: write its name, such as main"
        )
    if issuer.get("url", GITLAB_COM) == GITLAB_COM and (
        missing := [(key, whose) for key, whose in (("id", "project"), ("namespace_id", "group")) if key not in job]
    ):
        for key, whose in missing:
            mistakes.add("job", key, text=f"missing; write the number, which GitLab shows on the {whose}'s page")
    elif "*" not in branch:
        renamed = {"project_id": "id", "branches": "branch", "audience": "", "url": ""}
        with mistakes.at("job", renamed=renamed):
            rotation_trust(names, job, issuer)
    mistakes.refuse()
