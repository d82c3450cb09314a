"""What `Identities`, `CiVariables` and `Rotator` need of each other, for programs that compose them by themselves."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi

from ..consumers import derivation as consumers
from ..consumers.args import ConsumerArgs, GitLabArgs
from ..consumers.checks import check_consumers
from ..consumers.ci_variables import CiVariableArgs
from ..consumers.forms import variables
from ..consumers.key_life import KeyLife, key_life
from ..contract import plan as plans
from ..iam.args import AudienceArgs
from ..names.locations import place
from ..names.naming import Names
from ..rotator.sizes import size_findings
from .checks import check_names


class RotationPartsArgs(TypedDict):
    """Who pulls what, and where the rotator is."""

    account: str
    """The twelve digits of the AWS account of roles and rotator."""
    region: str
    """Their region."""
    prefix: str
    """Starts every name; the same as the components get."""
    stack: str
    """The stack's name, for reports and metrics: `pulumi.get_stack()`."""
    repositories: list[str]
    """The names of the repositories that patterns in `pull` stand for, whoever owns them: the rotator tries each token
    on one that it opens, and on one that it must not open."""
    consumers: dict[str, ConsumerArgs]
    """Who pulls, by the full path of the GitLab project or group. One with `access-keys` needs a `PullUser` too, whose
    `user` is that path."""
    gitlab: NotRequired[GitLabArgs]
    """The GitLab instance. Default: gitlab.com."""
    role_path: NotRequired[str]
    """The IAM path of the roles, `/<prefix>/` by default."""


class RotationParts(TypedDict):
    """One argument for each component."""

    audiences: dict[str, AudienceArgs]
    """`audiences` of `Identities`."""
    variables: dict[str, CiVariableArgs]
    """`variables` of `CiVariables`."""
    plan: str
    """`plan` of `Rotator`, which comes after both: `depends_on=[identities, variables]`."""


def rotation_parts(args: RotationPartsArgs) -> RotationParts:
    """Derives roles, variables and plan from the same declaration of consumers.

    Raises:
        ValueError: a line for each mistake in it, with the key, what it holds and what to write.
    """
    names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    gitlab, declared, repositories = args.get("gitlab", {}), args["consumers"], args["repositories"]
    check_consumers(declared, consumers.gitlab_url(gitlab))
    caches = {cache for consumer in declared.values() for cache in consumer.get("caches", [])}  # whoever owns them
    check_names(names.account, repositories, caches, declared, {})
    plan = consumers.plan(names, args["stack"], gitlab, repositories, declared)
    check_sizes(plan)
    return {
        "audiences": consumers.audiences(declared),
        "variables": variables(names, declared, repositories),
        "plan": plans.dumps(plan),
    }


def key_life_of(rotation: Mapping[str, Any]) -> KeyLife:
    """The life of access keys that the settings of a rotation name.

    Raises:
        ValueError: they make no sense together.
    """
    keys = {"age": "access_key_age", "grace": "access_key_grace", "interval": "interval"}
    with place("rotation"):
        return key_life(**{name: rotation[key] for name, key in keys.items() if key in rotation})


def check_sizes(plan: plans.Plan) -> None:
    """Warns of values that may become too long for GitLab.

    Raises:
        ValueError: a value cannot fit.
    """
    findings = size_findings(plan)
    if certain := [finding.message for finding in findings if finding.certain]:
        raise ValueError("\n".join(certain))
    for finding in findings:
        pulumi.log.warn(finding.message)
