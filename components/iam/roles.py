"""The roles of a stack as plain values, derived from the typed arguments. `identities.py` creates them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pulumi

from ..arguments import numbers
from ..names.naming import Names
from .args import AudienceArgs, IdentitiesArgs, JobIssuerArgs, JobRoleArgs, RunnerIdentityArgs, SecretRoleArgs
from .policies import policy_json
from .role_documents import (
    job_role_documents,
    pull_role_documents,
    runner_role_documents,
    secret_role_documents,
    trust_of_jobs,
)


class RoleKind(StrEnum):
    """What a role is for; the names of its resources and its path hold the kind."""

    PULL = "pull"
    PUSH = "push"
    JOB = "job"
    SECRET = "secret"  # noqa: S105 - a kind of role
    RUNNER = "runner"

    @property
    def trusts_jobs(self) -> bool:
        """Whether jobs assume such a role by their id_token, through the identity provider."""
        return self in (RoleKind.PUSH, RoleKind.JOB, RoleKind.SECRET)


@dataclass(frozen=True)
class Role:
    """A role to create.

    Attributes:
        kind: what it is for.
        of: the audience, consumer or runner that has it.
        name: the role's name in AWS.
        path: the role's path in AWS.
        description: the role's description in AWS.
        trust: who may assume it; an output where it has numbers that are outputs.
        policy: what it may do.
    """

    kind: RoleKind
    of: str
    name: str
    path: str
    description: str
    trust: pulumi.Input[str]
    policy: str


def roles(names: Names, args: IdentitiesArgs) -> Iterator[Role]:
    """Every role of the stack."""
    issuer = args.get("issuer", {})
    for audience, options in args["audiences"].items():
        yield _pull(names, audience, options, args.get("rotator_role_arn", ""))
    for consumer, options in args.get("jobs", {}).items():
        yield _job(names, consumer, options, issuer)
    for consumer, options in args.get("secrets", {}).items():
        yield _secret(names, consumer, options, issuer)
    for runner, options in args.get("runners", {}).items():
        yield _runner(names, runner, options)


def _pull(names: Names, audience: str, options: AudienceArgs, rotator_role_arn: str) -> Role:
    documents = pull_role_documents(names, options, rotator_role_arn)
    return Role(
        RoleKind.PULL,
        audience,
        names.pull_role_name(audience, options.get("generation", 1)),
        names.pull_path,
        f"Pull-only: audience {audience}",
        documents.trust,
        documents.policy,
    )


def _job(names: Names, consumer: str, options: JobRoleArgs, issuer: JobIssuerArgs) -> Role:
    documents, pushes = job_role_documents(names, options, issuer), bool(options.get("push"))
    kind = RoleKind.PUSH if pushes else RoleKind.JOB
    return Role(
        kind,
        consumer,
        names.push_role_name(consumer) if pushes else names.job_role_name(consumer),
        f"{names.path}{kind}/",
        f"{'Push' if pushes else 'Pull'} from jobs of {options['project']}",
        _with_numbers(documents.trust, names, ("jobs", consumer), options, issuer),
        documents.policy,
    )


def _secret(names: Names, consumer: str, options: SecretRoleArgs, issuer: JobIssuerArgs) -> Role:
    documents = secret_role_documents(names, options, issuer)
    return Role(
        RoleKind.SECRET,
        consumer,
        names.secret_role_name(consumer),
        f"{names.path}secret/",
        f"Read the login of jobs of {options['project']}",
        _with_numbers(documents.trust, names, ("secrets", consumer), options, issuer),
        documents.policy,
    )


def _runner(names: Names, runner: str, options: RunnerIdentityArgs) -> Role:
    documents = runner_role_documents(names, runner, options)
    return Role(
        RoleKind.RUNNER,
        runner,
        names.runner_role_name(runner),
        f"{names.path}runner/",
        f"Runner {runner}",
        documents.trust,
        documents.policy,
    )


def _with_numbers(
    trust: str, names: Names, path: tuple[str, str], options: JobRoleArgs | SecretRoleArgs, issuer: JobIssuerArgs
) -> pulumi.Input[str]:
    """The trust with the numbers that are outputs, once they are known."""
    given = {key: options.get(key, "") for key in ("project_id", "namespace_id")}
    if not numbers.outputs(given):
        return trust
    known = {key: number and numbers.text(number, *path, key) for key, number in given.items()}

    def numbered(found: dict[str, str]) -> str:
        complete = options.copy()
        complete["project_id"], complete["namespace_id"] = found["project_id"], found["namespace_id"]
        return policy_json(trust_of_jobs(names, complete, issuer))

    return pulumi.Output.all(**known).apply(numbered)
