"""IAM roles: one for each audience, for jobs that push or pull by themselves, and for runners."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ..arguments import numbers
from ..arguments.check import check
from ..arguments.component import Component
from ..names.gitlab_release import GITLAB_COM
from ..names.naming import Names
from .args import AudienceArgs, IdentitiesArgs, JobIssuerArgs, JobRoleArgs, RunnerIdentityArgs, SecretRoleArgs
from .checks import find
from .gitlab_trust import thumbprints
from .policies import policy_json
from .role_documents import (
    RoleDocuments,
    job_role_documents,
    pull_role_documents,
    runner_role_documents,
    secret_role_documents,
    trust_of_jobs,
)


@dataclass(frozen=True)
class _Role:
    """A role to create.

    Attributes:
        key: in the names of its resources; it starts with the kind of the role.
        name: in AWS.
        path: in AWS.
        description: in AWS.
        documents: its trust and its policy.
        trust: the trust, where it has numbers that are outputs.
    """

    key: str
    name: str
    path: str
    description: str
    documents: RoleDocuments
    trust: pulumi.Output[str] | None = None


class Identities(Component):
    """The IAM roles of a stack, each with least privilege."""

    pull_role_arns: dict[str, str]
    """The ARN of each audience's pull-only role. An audience is a named set of repositories with one pull-only role; by
    default each consumer is its own audience. Computed from the declaration, so known before anything exists."""
    job_role_arns: dict[str, str]
    """The ARN of the role of each consumer's jobs."""
    secret_role_arns: dict[str, str]
    """The ARN of the role by which each consumer's jobs read their login."""
    runner_role_arns: dict[str, str]
    """The ARN of each runner's instance role; the instance profile has the same name as the role."""

    def __init__(self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check(IdentitiesArgs, args, find)
        super().__init__("gitlab-ecr:index:Identities", name, {}, opts)
        self._args, self._child = args, name
        self._session, self._boundary = args.get("max_session_duration"), args.get("permissions_boundary")
        self._names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        self.pull_role_arns, self.job_role_arns = {}, {}
        self.secret_role_arns, self.runner_role_arns = {}, {}
        for audience, options in args["audiences"].items():
            self.pull_role_arns[audience] = self._role(self._pull(audience, options))
        if args.get("jobs") or args.get("secrets") or args.get("trusts_jobs"):
            provider = self._issuer(args.get("issuer", {}))
            for consumer, options in args.get("jobs", {}).items():
                self.job_role_arns[consumer] = self._role(self._job(consumer, options), provider)
            for consumer, options in args.get("secrets", {}).items():
                self.secret_role_arns[consumer] = self._role(self._secret(consumer, options), provider)
        for runner, options in args.get("runners", {}).items():
            self.runner_role_arns[runner] = self._role(self._runner(runner, options), with_profile=True)
        arns = {"pullRoleArns": self.pull_role_arns, "jobRoleArns": self.job_role_arns}
        more = {"secretRoleArns": self.secret_role_arns, "runnerRoleArns": self.runner_role_arns}
        self.register_outputs({**arns, **more})

    def _pull(self, audience: str, options: AudienceArgs) -> _Role:
        names = self._names
        return _Role(
            f"pull-{audience}",
            names.pull_role_name(audience, options.get("generation", 1)),
            names.pull_path,
            f"Pull-only: audience {audience}",
            pull_role_documents(names, options, self._args.get("rotator_role_arn", "")),
        )

    def _job(self, consumer: str, options: JobRoleArgs) -> _Role:
        names, push, issuer = self._names, options.get("push", []), self._args.get("issuer", {})
        kind = "push" if push else "job"
        return _Role(
            f"{kind}-{consumer}",
            names.push_role_name(consumer) if push else names.job_role_name(consumer),
            f"{names.path}{kind}/",
            f"{'Push' if push else 'Pull'} from jobs of {options['project']}",
            job_role_documents(names, options, issuer),
            _with_numbers(names, ("jobs", consumer), options, issuer),
        )

    def _secret(self, consumer: str, options: SecretRoleArgs) -> _Role:
        names, issuer = self._names, self._args.get("issuer", {})
        return _Role(
            f"secret-{consumer}",
            names.secret_role_name(consumer),
            f"{names.path}secret/",
            f"Read the login of jobs of {options['project']}",
            secret_role_documents(names, options, issuer),
            _with_numbers(names, ("secrets", consumer), options, issuer),
        )

    def _runner(self, runner: str, options: RunnerIdentityArgs) -> _Role:
        names = self._names
        return _Role(
            f"runner-{runner}",
            names.runner_role_name(runner),
            f"{names.path}runner/",
            f"Runner {runner}",
            runner_role_documents(names, runner, options),
        )

    def _issuer(self, issuer: JobIssuerArgs) -> aws.iam.OpenIdConnectProvider | None:
        url = issuer.get("url", GITLAB_COM)
        if issuer.get("existing_provider"):
            return None
        return aws.iam.OpenIdConnectProvider(
            f"{self._child}-gitlab",
            url=url,
            client_id_lists=[issuer.get("audience", url)],
            thumbprint_lists=thumbprints(url, issuer.get("thumbprints", [])) or None,
            tags=self._args.get("tags"),
            opts=self.child(),
        )

    def _role(
        self, wanted: _Role, provider: aws.iam.OpenIdConnectProvider | None = None, *, with_profile: bool = False
    ) -> str:
        """Creates the role with its policy, and returns its ARN, which is known before the role exists."""
        child = f"{self._child}-{wanted.key}"
        role = aws.iam.Role(
            child,
            name=wanted.name,
            path=wanted.path,
            description=wanted.description,
            assume_role_policy=wanted.documents.trust if wanted.trust is None else wanted.trust,
            permissions_boundary=self._boundary,
            max_session_duration=self._session,
            tags=self._args.get("tags"),
            opts=self.child(depends_on=[provider] if provider else None),
        )
        aws.iam.RolePolicy(
            child,
            name=wanted.key.partition("-")[0],
            # The role's own output, known in every preview: when the role is replaced, its policy is replaced with it.
            role=role.name,
            policy=wanted.documents.policy,
            opts=self.child(),
        )
        if with_profile:
            aws.iam.InstanceProfile(
                child,
                name=wanted.name,
                path=wanted.path,
                role=role.name,
                tags=self._args.get("tags"),
                opts=self.child(),
            )
        return self._names.role_arn(wanted.name, wanted.path)


def _with_numbers(
    names: Names, path: tuple[str, str], options: JobRoleArgs | SecretRoleArgs, issuer: JobIssuerArgs
) -> pulumi.Output[str] | None:
    """The trust with the numbers that are outputs; None where the program knows all of them."""
    given = {key: options.get(key, "") for key in ("project_id", "namespace_id")}
    if not numbers.outputs(given):
        return None
    known = {key: number and numbers.text(number, *path, key) for key, number in given.items()}

    def trust(found: dict[str, str]) -> str:
        numbered = options.copy()
        numbered["project_id"], numbered["namespace_id"] = found["project_id"], found["namespace_id"]
        return policy_json(trust_of_jobs(names, numbered, issuer))

    return pulumi.Output.all(**known).apply(trust)
