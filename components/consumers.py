"""From consumers to their variables and to the plan: pure derivations, no resource is made here."""

from collections.abc import Collection, Mapping
from typing import Any, NotRequired, TypedDict
from urllib.parse import urlsplit

from .ci_variables import CiVariableArgs
from .documents import plan as plans
from .documents import repository_patterns
from .documents.naming import Names


class GitLabArgs(TypedDict):
    """The GitLab instance."""

    url: NotRequired[str]
    """Default `https://gitlab.com`. `http://` is refused unless `allow_http` says otherwise."""
    allow_http: NotRequired[bool]
    """Default false. True sends tokens in clear: for an instance on this machine only."""
    ca_bundle: NotRequired[str]
    """PEM certificates of the private CA that signed the instance's certificate. Default: public CAs."""
    concurrency: NotRequired[int]
    """How many variables the rotator writes at once, 1 to 64. Default 16."""


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
    hidden: NotRequired[bool]
    """Default false. Can be set only when the variable is created."""
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
    registry = plans.Registry(names.account, names.region, (names.registry_host,))
    return plans.Plan(
        version=plans.VERSION,
        stack=stack,
        region=names.region,
        gitlab=plans.GitLab(
            url=gitlab_url(gitlab),
            tokens={"default": names.gitlab_token_secret},
            ca_bundle=gitlab.get("ca_bundle"),
            concurrency=gitlab.get("concurrency", 16),
        ),
        audiences={
            path: plans.Audience(
                role_arn=names.pull_role_arn(path),
                registries=(registry,),
                inside=repository_patterns.matching(consumer["pull"], repositories)[0],
                outside=repository_patterns.outside(consumer["pull"], repositories),
            )
            for path, consumer in consumers.items()
        },
        targets=tuple(_target(path, variable) for path, variable in variables(consumers).items()),
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


def _target(audience: str, variable: CiVariableArgs) -> plans.Target:
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
    )
