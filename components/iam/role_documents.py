"""The two documents of a role: who may assume it, and what it may do. Pure functions of the typed arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ..arguments import numbers
from ..names.aws_arns import key_arn
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes
from ..names.naming import Names
from ..names.registries import RegistryArgs, repository_arns
from ..names.registry_host import dns_suffix
from .args import AudienceArgs, JobIssuerArgs, JobRoleArgs, RunnerIdentityArgs, SecretRoleArgs
from .gitlab_trust import TrustedJobs, issuer_host, job_trust
from .policies import (
    Document,
    cache_puller_policy,
    checked_size,
    document,
    parameter_statement,
    policy_json,
    push_policy,
)
from .secret_policies import read_secret_policy, secret_arn_pattern, secrets_manager
from .trust import instance_trust, pull_role_trust

_SIZE: Final = "pull"


@dataclass(frozen=True)
class RoleDocuments:
    """The two documents of a role, as JSON."""

    trust: str
    policy: str


def pull_role_documents(names: Names, options: AudienceArgs, rotator_role_arn: str = "") -> RoleDocuments:
    """The pull-only role of an audience.

    Raises:
        MistakesError: what is wrong with the audience.
    """
    mistakes, policy, generation = Mistakes(), "", options.get("generation", 1)
    if generation < 1:
        mistakes.add("generation", text=f"got {generation}; write 1 or more, one higher to void the tokens")
    registries = tuple((registry["account"], registry["region"]) for registry in options.get("registries", []))
    with mistakes.at():
        policy = _pull_policy(names, tuple(options["pull"]), tuple(options.get("caches", [])), registries)
    mistakes.refuse()
    return RoleDocuments(_trust_of_rotator(names, rotator_role_arn), policy)


@cache  # the checks and the component both ask for it
def _pull_policy(
    names: Names, pull: tuple[str, ...], caches: tuple[str, ...], registries: tuple[tuple[str, str], ...]
) -> str:
    declared = [RegistryArgs(account=account, region=region) for account, region in registries]
    arns = repository_arns(names, pull, declared)
    return checked_size(cache_puller_policy(arns, _caches(names, caches, declared)), "role", _SIZE)


@cache  # every audience of a stack has the same
def _trust_of_rotator(names: Names, rotator_role_arn: str) -> str:
    return policy_json(pull_role_trust(names, rotator_role_arn))


def job_role_documents(names: Names, options: JobRoleArgs, issuer: JobIssuerArgs) -> RoleDocuments:
    """The role of a project's jobs.

    Raises:
        MistakesError: what is wrong with the role.
    """
    mistakes, trust, arns, pushed = Mistakes(), Document(), list[str](), list[str]()
    push, unprotected = options.get("push", []), options.get("unprotected_refs", False)
    if push and unprotected:
        mistakes.add(
            "unprotected_refs", text="got true for a role that pushes; leave it out, or take `push` out of the role"
        )
    with mistakes.at():
        trust = trust_of_jobs(names, options, issuer)
    registries = options.get("registries", [])
    with mistakes.at():
        arns = repository_arns(names, options.get("pull", []), registries)
    with mistakes.at():
        pushed = repository_arns(names, push, field="push")
    mistakes.refuse()
    caches = _caches(names, options.get("caches", []), registries)
    return _documents(trust, push_policy(pushed, arns, caches) if push else cache_puller_policy(arns, caches))


def secret_role_documents(names: Names, options: SecretRoleArgs, issuer: JobIssuerArgs) -> RoleDocuments:
    """The role by which a project's jobs read their login.

    Raises:
        MistakesError: what is wrong with the role.
    """
    mistakes, trust, key = Mistakes(), Document(), options.get("kms_key", "")
    with mistakes.at():
        trust = trust_of_jobs(names, options, issuer)
    with mistakes.at():
        key = key and key_arn(key, names.region)
    mistakes.refuse()
    secret = secret_arn_pattern(names.secret_arn(names.audience_secret(options["audience"])))
    return _documents(trust, read_secret_policy(secret, secrets_manager(names), key))


def runner_role_documents(names: Names, runner: str, options: RunnerIdentityArgs) -> RoleDocuments:
    """The instance role of a runner.

    Raises:
        MistakesError: what is wrong with what it pulls.
    """
    registries = options.get("registries", [])
    arns = repository_arns(names, options["pull"], registries)
    pull = cache_puller_policy(arns, _caches(names, options.get("caches", []), registries))
    parameters = (names.runner_parameter(runner), names.runner_docker_config(runner))
    parameter = parameter_statement(
        [names.arn("ssm", f"parameter{parameter}") for parameter in parameters],
        options.get("parameter_key", ""),
        f"ssm.{names.region}.{dns_suffix(names.region)}",
    )
    return _documents(instance_trust(), document(*pull["Statement"], *parameter))


def trust_of_jobs(names: Names, options: JobRoleArgs | SecretRoleArgs, issuer: JobIssuerArgs) -> Document:
    """The trust policy of the role. A number that is an output is replaced until it is known.

    Raises:
        ValueError: it would trust more than it appears to.
    """
    url = issuer.get("url", GITLAB_COM)
    return job_trust(
        names.arn("iam", f"oidc-provider/{issuer_host(url)}", region=""),
        TrustedJobs(
            gitlab_url=url,
            aud=issuer.get("audience", url),
            project=options["project"],
            branches=options.get("branches", []),
            tags=options.get("tags", []),
            project_id=_known(options.get("project_id", "")),
            namespace_id=_known(options.get("namespace_id", "")),
            unprotected_refs=options.get("unprotected_refs", False),
        ),
    )


def _known(number: object) -> str:
    return number if isinstance(number, str) else numbers.STANDING_IN


def _caches(names: Names, prefixes: Sequence[str], registries: Sequence[RegistryArgs]) -> list[str]:
    if not prefixes:
        return []
    return repository_arns(names, [f"{prefix}/*" for prefix in prefixes], registries, "caches")


def _documents(trust: Document, policy: Document) -> RoleDocuments:
    return RoleDocuments(policy_json(trust), checked_size(policy, "role", _SIZE))
