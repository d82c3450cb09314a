"""IAM roles: one for each audience, for jobs that push or pull by themselves, and for runners."""

import os

import pulumi
import pulumi_aws as aws

from ..names.aws_arns import policy_arn
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import errors_under
from ..names.naming import Names
from ..names.registries import RegistryArgs, repository_arns
from ..names.registry_host import dns_suffix
from .args import AudienceArgs, IdentitiesArgs, JobIssuerArgs, JobRoleArgs, RunnerIdentityArgs
from .forks import fork_warning
from .gitlab_trust import issuer_host, job_trust, thumbprints
from .policies import (
    Document,
    cache_puller_policy,
    checked_size,
    document,
    parameter_statement,
    policy_json,
    push_policy,
    session_seconds,
)
from .trust import instance_trust, pull_role_trust


class Identities(pulumi.ComponentResource):
    """The IAM roles of a stack, each with least privilege."""

    pull_role_arns: dict[str, str]
    """The ARN of each audience's pull-only role. An audience is a named set of repositories with one pull-only role; by
    default each consumer is its own audience. Computed from the declaration, so known before anything exists."""
    job_role_arns: dict[str, str]
    """The ARN of the role of each consumer's jobs."""
    runner_role_arns: dict[str, str]
    """The ARN of each runner's instance role; the instance profile has the same name as the role."""

    def __init__(self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:Identities", name, {}, opts)
        self._args, self._child = args, name
        duration = args.get("max_session_duration")
        self._session = session_seconds(duration) if isinstance(duration, int) else duration
        boundary = args.get("permissions_boundary")
        self._boundary = policy_arn(boundary) if isinstance(boundary, str) else boundary
        self._names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        self.pull_role_arns, self.job_role_arns, self.runner_role_arns = {}, {}, {}
        for audience, options in args["audiences"].items():
            with errors_under(f"audiences.{audience}"):
                self.pull_role_arns[audience] = self._pull_role(audience, options)
        if args.get("jobs") or args.get("trusts_jobs"):
            issuer = args.get("issuer", {})
            with errors_under("issuer"):
                provider = self._issuer(issuer)
            with errors_under("gitlab"):
                self._warn_of_forks(issuer)
            for consumer, options in args.get("jobs", {}).items():
                with errors_under(f"jobs.{consumer}"):
                    self.job_role_arns[consumer] = self._job_role(consumer, options, provider)
        for runner, options in args.get("runners", {}).items():
            with errors_under(f"runners.{runner}"):
                self.runner_role_arns[runner] = self._runner_role(runner, options)
        arns = {"pullRoleArns": self.pull_role_arns, "jobRoleArns": self.job_role_arns}
        self.register_outputs({**arns, "runnerRoleArns": self.runner_role_arns})

    def _pull_role(self, audience: str, options: AudienceArgs) -> str:
        names, generation = self._names, options.get("generation", 1)
        if generation < 1:
            raise ValueError(f"generation: got {generation}; write 1 or more; raise it by one to revoke the tokens")
        arns = repository_arns(names, options["pull"], options.get("registries", []))
        caches = self._cache_arns(options.get("caches", []), options.get("registries", []))
        policy = cache_puller_policy(arns, caches)
        trust = pull_role_trust(names, self._args.get("rotator_role_arn", ""))
        role_name = names.pull_role_name(audience, generation)
        self._role(
            f"pull-{audience}",
            role_name,
            names.pull_path,
            description=f"Pull-only: audience {audience}",
            trust=trust,
            policy=policy,
        )
        return names.pull_role_arn(audience, generation)

    def _issuer(self, issuer: JobIssuerArgs) -> aws.iam.OpenIdConnectProvider | None:
        url = issuer.get("url", GITLAB_COM)
        issuer_host(url)
        if issuer.get("existing_provider"):
            return None
        return aws.iam.OpenIdConnectProvider(
            f"{self._child}-gitlab",
            url=url,
            client_id_lists=[issuer.get("audience", url)],
            thumbprint_lists=thumbprints(url, issuer.get("thumbprints", [])) or None,
            tags=self._args.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _warn_of_forks(self, issuer: JobIssuerArgs) -> None:
        url = issuer.get("url", GITLAB_COM)
        if warning := fork_warning(url, os.environ, trusts_forks=issuer.get("trusts_forks", False)):
            pulumi.warn(f"gitlab.{warning}", resource=self)

    def _job_role(self, consumer: str, options: JobRoleArgs, provider: aws.iam.OpenIdConnectProvider | None) -> str:
        names, issuer = self._names, self._args.get("issuer", {})
        url = issuer.get("url", GITLAB_COM)
        push, unprotected = options.get("push", []), options.get("unprotected_refs", False)
        if push and unprotected:
            raise ValueError("unprotected_refs: got True for a role that pushes; leave it out, or push out of the role")
        trust = job_trust(
            names.arn("iam", f"oidc-provider/{issuer_host(url)}", region=""),
            gitlab_url=url,
            audience=issuer.get("audience", url),
            project=options["project"],
            branches=options.get("branches", []),
            tags=options.get("tags", []),
            project_id=options.get("project_id", ""),
            namespace_id=options.get("namespace_id", ""),
            unprotected_refs=unprotected,
        )
        registries = options.get("registries", [])
        pull_arns = repository_arns(names, options.get("pull", []), registries)
        caches = self._cache_arns(options.get("caches", []), registries)
        policy = (
            push_policy(repository_arns(names, push, field="push"), pull_arns, caches)
            if push
            else cache_puller_policy(pull_arns, caches)
        )
        kind, role_name = ("push", names.push_role_name(consumer)) if push else ("job", names.job_role_name(consumer))
        self._role(
            f"{kind}-{consumer}",
            role_name,
            f"{names.path}{kind}/",
            description=f"{'Push' if push else 'Pull'} from jobs of {options['project']}",
            trust=trust,
            policy=policy,
            provider=provider,
        )
        return names.push_role_arn(consumer) if push else names.job_role_arn(consumer)

    def _runner_role(self, runner: str, options: RunnerIdentityArgs) -> str:
        names = self._names
        arns = repository_arns(names, options["pull"], options.get("registries", []))
        pull = cache_puller_policy(arns, self._cache_arns(options.get("caches", []), options.get("registries", [])))
        parameter = parameter_statement(
            [
                names.arn("ssm", f"parameter{parameter}")
                for parameter in (names.runner_parameter(runner), names.runner_docker_config(runner))
            ],
            options.get("parameter_key", ""),
            f"ssm.{names.region}.{dns_suffix(names.region)}",
        )
        policy = document(*pull["Statement"], *parameter)
        role_name, path = names.runner_role_name(runner), f"{names.path}runner/"
        role = self._role(
            f"runner-{runner}", role_name, path, description=f"Runner {runner}", trust=instance_trust(), policy=policy
        )
        aws.iam.InstanceProfile(
            f"{self._child}-runner-{runner}",
            name=role_name,
            path=path,
            role=role.name,
            tags=self._args.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return names.runner_role_arn(runner)

    def _cache_arns(self, prefixes: list[str], registries: list[RegistryArgs]) -> list[str]:
        if not prefixes:
            return []
        return repository_arns(self._names, [f"{prefix}/*" for prefix in prefixes], registries, "caches")

    def _role(
        self,
        key: str,
        role_name: str,
        path: str,
        *,
        description: str,
        trust: Document,
        policy: Document,
        provider: aws.iam.OpenIdConnectProvider | None = None,
    ) -> aws.iam.Role:
        role = aws.iam.Role(
            f"{self._child}-{key}",
            name=role_name,
            path=path,
            description=description,
            assume_role_policy=policy_json(trust),
            permissions_boundary=self._boundary,
            max_session_duration=self._session,
            tags=self._args.get("tags"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[provider] if provider else None),
        )
        aws.iam.RolePolicy(
            f"{self._child}-{key}",
            name=key.partition("-")[0],
            # The role's own output, known in every preview: when the role is replaced, its policy is replaced with it.
            role=role.name,
            policy=checked_size(policy, "role", "pull, push"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return role
