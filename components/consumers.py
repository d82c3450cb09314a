"""From consumers to their variables and to the plan: pure derivations, no resource is made here."""

from collections.abc import Collection, Mapping
from typing import Any, Final, NotRequired, TypedDict
from urllib.parse import urlsplit

from .ci_variables import CiVariableArgs
from .documents import plan as plans
from .documents import repository_patterns
from .documents.naming import Names
from .documents.registries import RegistryArgs
from .documents.registry_host import dual_stack_host, fips_host, registry_host
from .identity_args import AudienceArgs

_HOST_FORMS: Final = {"classic": registry_host, "fips": fips_host, "dual-stack": dual_stack_host}


class GitLabArgs(TypedDict):
    """The GitLab instance."""

    url: NotRequired[str]
    """Default `https://gitlab.com`. `http://` is refused unless `allow_http` says otherwise."""
    allow_http: NotRequired[bool]
    """Default false. True sends tokens in clear: for an instance on this machine only."""
    ca_bundle: NotRequired[str]
    """PEM certificates of the private CA that signed the instance's certificate. Default: public CAs."""
    proxy: NotRequired[str]
    """The URL of the proxy between the rotator and GitLab, without a password. Default: `HTTPS_PROXY` of its
    environment, which Lambda does not set."""
    concurrency: NotRequired[int]
    """How many variables the rotator writes at once, 1 to 64. Default 16."""
    requests_per_second: NotRequired[int]
    """How many requests the rotator sends to GitLab, 1 to 1000. Default 30: gitlab.com allows 2,000 a minute."""


class ConsumerArgs(TypedDict):
    """A GitLab project or group, and what it may pull."""

    kind: NotRequired[str]
    """`project` (default) or `group`; a group's variable reaches every project below it."""
    id: NotRequired[int]
    """The numeric id. With it, a renamed project or group is still found."""
    pull: list[str]
    """Repositories, by name or by a pattern such as `ci/*`, where `*` stands for any characters."""
    environment_scope: NotRequired[str]
    """Default `*`."""
    variable_type: NotRequired[str]
    """`file` (default) or `env_var`."""
    registries: NotRequired[list[RegistryArgs]]
    """The accounts and regions whose registries hold the repositories, the first of them for the probe. A token opens
    one region, so each region adds one. Default: the stack's own."""
    host_forms: NotRequired[list[str]]
    """How its `image:` lines write the registry host: `classic` (always there), `fips`, `dual-stack`. The runner
    matches hosts literally, and each form adds some 3,000 of the 10,000 characters that a variable holds."""
    hidden: NotRequired[bool]
    """Default false. Can be set only when the variable is created."""
    foreign_auths_secret: NotRequired[str]
    """The name of a Secrets Manager secret with a `DOCKER_AUTH_CONFIG` document: what a hidden variable holds for
    other registries, as GitLab shows nobody what is in it now."""
    protected: NotRequired[bool]
    """Default false, since merge-request pipelines must pull."""
    adopt: NotRequired[bool]
    """Default false. True takes over a `DOCKER_AUTH_CONFIG` that exists already, and keeps its other registries."""


def check_patterns(consumers: Mapping[str, ConsumerArgs], repositories: Collection[str]) -> None:
    """Stops a consumer that names a repository which the stack does not have.

    Raises:
        ValueError: names the consumer and the pattern.
    """
    for path, consumer in consumers.items():
        if not consumer["pull"]:
            raise ValueError(f"consumers.{path}.pull: got an empty list; write repositories, or a pattern such as ci/*")
        for index, pattern in enumerate(consumer["pull"]):
            if not repository_patterns.matching([pattern], repositories):
                raise ValueError(
                    f"consumers.{path}.pull[{index}]: {pattern!r} names no repository of this stack; "
                    f"write one of {', '.join(sorted(repositories))}, or a pattern such as ci/*"
                )


def declaration(repositories: Collection[str], consumers: Mapping[str, ConsumerArgs]) -> dict[str, Any]:
    """Who may do what, in plain values: what a later preview compares its own declaration with."""
    return {
        "repositories": sorted(repositories),
        "consumers": {
            path: {"kind": consumer.get("kind", "project"), "pull": list(consumer["pull"])}
            for path, consumer in consumers.items()
        },
    }


def gitlab_url(gitlab: GitLabArgs) -> str:
    """The instance's URL, without a slash at its end.

    Raises:
        ValueError: it would send tokens in clear, or is no URL of a host.
    """
    url = gitlab.get("url", "https://gitlab.com").rstrip("/")
    parts = urlsplit(url)
    clear = parts.scheme == "http" and gitlab.get("allow_http", False)
    if (parts.scheme != "https" and not clear) or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(
            f"gitlab.url: got {url!r}; write https:// and the host, such as https://gitlab.com. "
            "Only for an instance on this machine: http:// with allow_http, which sends tokens in clear"
        )
    return url


def audiences(consumers: Mapping[str, ConsumerArgs]) -> dict[str, AudienceArgs]:
    """The audience of each consumer, by the consumer's path."""
    return {
        path: {"pull": consumer["pull"], "registries": consumer.get("registries", [])}
        for path, consumer in consumers.items()
    }


def variables(consumers: Mapping[str, ConsumerArgs]) -> dict[str, CiVariableArgs]:
    """The variable of each consumer, by the consumer's path."""
    return {path: _variable(path, consumer) for path, consumer in consumers.items()}


def plan(
    names: Names,
    stack: str,
    gitlab: GitLabArgs,
    repositories: Collection[str],
    consumers: Mapping[str, ConsumerArgs],
) -> plans.Plan:
    """What the rotator has to do for the consumers: each is its own audience."""
    return plans.Plan(
        version=plans.VERSION,
        stack=stack,
        region=names.region,
        state=names.rotator_state,
        gitlab=plans.GitLab(
            url=gitlab_url(gitlab),
            allow_http=gitlab.get("allow_http", False),
            proxy=gitlab.get("proxy"),
            tokens={"default": names.gitlab_token_secret},
            ca_bundle=gitlab.get("ca_bundle"),
            concurrency=gitlab.get("concurrency", 16),
            requests_per_second=gitlab.get("requests_per_second", 30),
        ),
        audiences={
            path: plans.Audience(
                role_arn=names.pull_role_arn(path),
                registries=_registries(path, consumer, names),
                inside=repository_patterns.matching(consumer["pull"], repositories)[0],
                outside=repository_patterns.outside(consumer["pull"], repositories),
            )
            for path, consumer in consumers.items()
        },
        targets=tuple(
            _target(path, variable, consumers[path].get("foreign_auths_secret"))
            for path, variable in variables(consumers).items()
        ),
    )


def _variable(path: str, consumer: ConsumerArgs) -> CiVariableArgs:
    return {
        "owner_kind": consumer.get("kind", "project"),
        "owner": str(consumer.get("id", path)),
        "environment_scope": consumer.get("environment_scope", "*"),
        "variable_type": consumer.get("variable_type", "file"),
        "hidden": consumer.get("hidden", False),
        "protected": consumer.get("protected", False),
        "adopt": consumer.get("adopt", False),
    }


def _registries(path: str, consumer: ConsumerArgs, names: Names) -> tuple[plans.Registry, ...]:
    own = RegistryArgs(account=names.account, region=names.region)
    forms = ["classic", *(form for form in consumer.get("host_forms", []) if form != "classic")]
    if unknown := sorted(set(forms) - set(_HOST_FORMS)):
        raise ValueError(
            f"consumers.{path}.host_forms: got {unknown[0]!r}; write some of {', '.join(sorted(_HOST_FORMS))}"
        )
    return tuple(
        plans.Registry(
            registry["account"],
            registry["region"],
            tuple(_HOST_FORMS[form](registry["account"], registry["region"]) for form in forms),
        )
        for registry in consumer.get("registries", [own])
    )


def _target(audience: str, variable: CiVariableArgs, foreign: str | None) -> plans.Target:
    return plans.Target(
        owner_kind=plans.OwnerKind(variable["owner_kind"]),
        owner=variable["owner"],
        path=audience,
        key=variable.get("key", "DOCKER_AUTH_CONFIG"),
        environment_scope=variable.get("environment_scope", "*"),
        audiences=(audience,),
        token="default",  # noqa: S106 - the name of a token, not a token
        flags=plans.Flags(
            variable_type=variable.get("variable_type", "file"),
            masked=variable.get("masked", True),
            protected=variable.get("protected", False),
            raw=True,
            hidden=variable.get("hidden", False),
        ),
        foreign=foreign,
    )
