"""Derives roles and the plan from the consumers, without creating resources."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from ..arguments import numbers
from ..arguments.numbers import GitLabNumber
from ..contract import plan as plans
from ..contract.secret_target import SecretTarget
from ..contract.token_renewal import TokenRenewal
from ..docker.auth import DOCKER_AUTH_CONFIG
from ..iam.args import AudienceArgs, JobIssuerArgs, JobRoleArgs, SecretRoleArgs
from ..iam.pull_user import PullUserArgs
from ..names import repository_patterns
from ..names.access import Access
from ..names.gitlab_release import GITLAB_COM
from ..names.naming import Names
from . import key_life
from .args import ConsumerArgs, GitLabArgs
from .checks import access_of, has_job_role, reads_secret
from .ci_variables import CiVariableArgs
from .forms import credentials, registries
from .gitlab_checks import gitlab_url
from .key_life import KeyLife


def audiences(consumers: Mapping[str, ConsumerArgs]) -> dict[str, AudienceArgs]:
    """The audience of each consumer whose login is rotated: every consumer is its own audience."""
    return {
        path: {
            "pull": consumer.get("pull", []),
            "registries": consumer.get("registries", []),
            "caches": consumer.get("caches", []),
            "generation": consumer.get("generation", 1),
        }
        for path, consumer in _rotated(consumers).items()
    }


def jobs(gitlab: GitLabArgs, consumers: Mapping[str, ConsumerArgs]) -> dict[str, JobRoleArgs]:
    """The role of each consumer whose jobs push, or pull by themselves."""
    return {path: _job(path, consumer, gitlab) for path, consumer in consumers.items() if has_job_role(consumer)}


def secret_roles(gitlab: GitLabArgs, consumers: Mapping[str, ConsumerArgs]) -> dict[str, SecretRoleArgs]:
    """The role of each consumer whose jobs read their login."""
    return {
        path: _secret_role(path, consumer, gitlab) for path, consumer in consumers.items() if reads_secret(consumer)
    }


def issuer(gitlab: GitLabArgs) -> JobIssuerArgs:
    """The GitLab of the jobs that assume roles."""
    url = gitlab_url(gitlab)
    return {
        "url": url,
        "audience": gitlab.get("id_token_audience", url),
        "existing_provider": gitlab.get("existing_oidc_provider", False),
        "thumbprints": gitlab.get("thumbprints", []),
        "trusts_forks": gitlab.get("trusts_forks", False),
    }


def pull_users(names: Names, consumers: Mapping[str, ConsumerArgs]) -> dict[str, PullUserArgs]:
    """The IAM user of each consumer with access keys."""
    return {
        path: {
            "account": names.account,
            "region": names.region,
            "prefix": names.prefix,
            "user": path,
            "pull": consumer.get("pull", []),
            "registries": consumer.get("registries", []),
            "long_lived_keys": consumer.get("long_lived_keys", False),
        }
        for path, consumer in consumers.items()
        if access_of(consumer) is Access.ACCESS_KEYS
    }


def plan(
    names: Names,
    stack: str,
    gitlab: GitLabArgs,
    repositories: Collection[str],
    consumers: Mapping[str, ConsumerArgs],
    *,
    life: KeyLife = key_life.DEFAULT,
    renewal: TokenRenewal = TokenRenewal.OWN,
) -> plans.Plan:
    """The rotator's plan for the consumers with a rotated login and for those with access keys."""
    rotated = _rotated(consumers)
    secrets = tuple(_secret(names, path, consumer) for path, consumer in rotated.items() if reads_secret(consumer))
    targets = tuple(target for path, consumer in rotated.items() for target in _targets(names, path, consumer))
    users = tuple(
        _key_user(names, path, consumer, life)
        for path, consumer in consumers.items()
        if access_of(consumer) is Access.ACCESS_KEYS
    )
    repositories = sorted(repositories)  # once; `_inside` takes the first that matches
    return plans.Plan(
        version=plans.VERSION,
        stack=stack,
        region=names.region,
        state=names.rotator_state,
        gitlab=_gitlab(names, gitlab, renewal) if targets or users or not secrets else None,
        audiences={
            path: plans.Audience(
                role_arn=names.pull_role_arn(path, consumer.get("generation", 1)),
                registries=registries(names, consumer),
                inside=_inside(consumer.get("pull", []), repositories),
                outside=repository_patterns.outside(consumer.get("pull", []), repositories),
            )
            for path, consumer in rotated.items()
        },
        targets=targets,
        secrets=secrets,
        key_users=users,
    )


def _gitlab(names: Names, gitlab: GitLabArgs, renewal: TokenRenewal) -> plans.GitLab:
    managed = renewal is TokenRenewal.MANAGED
    return plans.GitLab(
        url=gitlab_url(gitlab),
        allow_http=gitlab.get("allow_http", False),
        proxy=gitlab.get("proxy"),
        token_secret=names.managed_token_secret if managed else names.gitlab_token_secret,
        token_renewal=renewal,
        ca_bundle=gitlab.get("ca_bundle"),
        concurrency=gitlab.get("concurrency", 16),
        requests_per_second=gitlab.get("requests_per_second", 30),
    )


def _inside(pull: list[str], repositories: Collection[str]) -> str | None:
    """A repository to verify the token with: a declared one, or a named one of another account."""
    declared = repository_patterns.inside(pull, repositories)
    return next((name for name in pull if "*" not in name), None) if declared is None else declared


def _rotated(consumers: Mapping[str, ConsumerArgs]) -> dict[str, ConsumerArgs]:
    return {
        path: consumer
        for path, consumer in consumers.items()
        if access_of(consumer) in (Access.ROTATED_VARIABLE, Access.JOB_SECRET) and consumer.get("pull")
    }


def _job(path: str, consumer: ConsumerArgs, gitlab: GitLabArgs) -> JobRoleArgs:
    role: JobRoleArgs = {"project": path, "push": consumer.get("push", [])}
    if pull := consumer.get("pull"):
        role["pull"] = pull
    if registries := consumer.get("registries"):
        role["registries"] = registries
    if caches := consumer.get("caches"):
        role["caches"] = caches
    if consumer.get("unprotected_refs") and not reads_secret(consumer):
        role["unprotected_refs"] = True
    _trust(role, path, consumer, gitlab)
    return role


def _secret_role(path: str, consumer: ConsumerArgs, gitlab: GitLabArgs) -> SecretRoleArgs:
    role: SecretRoleArgs = {"project": path, "audience": path}
    if "kms_key" in consumer:
        role["kms_key"] = consumer["kms_key"]
    if consumer.get("unprotected_refs"):
        role["unprotected_refs"] = True
        # The refs that the stack file names are then those that may push.
        consumer = {**consumer, "branches": [], "tags": []} if consumer.get("push") else consumer
    _trust(role, path, consumer, gitlab)
    return role


def _trust(role: JobRoleArgs | SecretRoleArgs, path: str, consumer: ConsumerArgs, gitlab: GitLabArgs) -> None:
    if branches := consumer.get("branches"):
        role["branches"] = branches
    if tags := consumer.get("tags"):
        role["tags"] = tags
    # AWS reads no numbers from other instances, so the trust policy leaves the consumer's numbers out.
    reads_numbers = gitlab_url(gitlab) == GITLAB_COM
    if reads_numbers and "id" in consumer:
        role["project_id"] = numbers.text(consumer["id"], "consumers", path, "id")
    if reads_numbers and "namespace_id" in consumer:
        role["namespace_id"] = numbers.text(consumer["namespace_id"], "consumers", path, "namespace_id")


def _secret(names: Names, path: str, consumer: ConsumerArgs) -> SecretTarget:
    return SecretTarget(names.audience_secret(path), path, consumer.get("kms_key"))


def _targets(names: Names, path: str, consumer: ConsumerArgs) -> list[plans.TokenTarget]:
    return [
        plans.TokenTarget(
            owner_kind=variable["owner_kind"],
            owner=_known_owner(path, consumer),
            path=path,
            key=variable.get("key", DOCKER_AUTH_CONFIG),
            environment_scope=variable.get("environment_scope", "*"),
            flags=_flags(variable),
            audience=path,
            foreign=consumer.get("foreign_auths_secret"),
        )
        for variable in credentials(names, path, consumer)
    ]


def owner_ids(plan: plans.Plan, consumers: Mapping[str, ConsumerArgs]) -> dict[str, GitLabNumber]:
    """The numbers in a plan that are outputs, by path; until they are known, the plan holds the path instead."""
    owners = {owner.path for owner in (*plan.targets, *plan.key_users)}
    return {
        path: consumer["id"]
        for path, consumer in consumers.items()
        if path in owners and "id" in consumer and not _knows(consumer)
    }


def _known_owner(path: str, consumer: ConsumerArgs) -> str:
    return numbers.plain_text(consumer.get("id")) if _knows(consumer) else path


def _knows(consumer: ConsumerArgs) -> bool:
    return numbers.is_plain(consumer.get("id"))


def _key_user(names: Names, path: str, consumer: ConsumerArgs, life: KeyLife) -> plans.KeyUser:
    variable = credentials(names, path, consumer)[0]
    return plans.KeyUser(
        user=names.pull_user_name(path),
        arn=names.pull_user_arn(path),
        owner_kind=variable["owner_kind"],
        owner=_known_owner(path, consumer),
        path=path,
        environment_scope=variable.get("environment_scope", "*"),
        flags=_flags(variable),
        max_age_minutes=int(life.age / timedelta(minutes=1)),
        grace_minutes=int(life.grace / timedelta(minutes=1)),
    )


def _flags(variable: CiVariableArgs) -> plans.Flags:
    return plans.Flags(
        variable_type=variable.get("variable_type", plans.VariableType.FILE),
        masked=variable.get("masked", True),
        protected=variable.get("protected", False),
        raw=True,
        hidden=variable.get("hidden", False),
    )
