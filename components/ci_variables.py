"""GitLab CI/CD variables: Pulumi owns that they exist, the rotator owns what is in them."""

from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_gitlab as gitlab

from .documents.plan import OwnerKind

PLACEHOLDER: Final = '{"auths":{}}'
"""Valid, maskable, and skipped by the runner: what a variable holds until its first rotation."""

# The engine fills an ignored property from its state, and the provider's update sends every attribute: with one of
# these not ignored, a changed flag would put an old value over a living token. The plan carries the wanted flags.
_OWNED_BY_THE_ROTATOR: Final = ["value", "description", "masked", "protected", "raw", "variable_type"]


class CiVariableArgs(TypedDict):
    """One CI/CD variable that the rotator fills."""

    owner_kind: str
    """`project` or `group`."""
    owner: str
    """The full path, or the numeric id as text: an id survives a rename."""
    key: NotRequired[str]
    """The variable's key. Default `DOCKER_AUTH_CONFIG`, the one that the runner reads."""
    environment_scope: NotRequired[str]
    """Default `*`. On groups, other scopes need GitLab Premium."""
    variable_type: NotRequired[str]
    """`file` (default: the token is not in the job's environment, where Docker CLI 28.3 and later would prefer it to
    `docker login`), or `env_var`."""
    masked: NotRequired[bool]
    """Default true: GitLab hides the whole value in job logs."""
    hidden: NotRequired[bool]
    """Default false. True hides the value in GitLab's own pages and API too; GitLab sets it at creation only, and what
    others wrote into the variable can then not be kept."""
    protected: NotRequired[bool]
    """Default false. True keeps the variable from pipelines on unprotected branches, merge requests among them."""
    adopt: NotRequired[bool]
    """Default false. True takes a variable that exists already: nothing is created, the rotator keeps what others wrote
    into it, and `pulumi destroy` leaves it."""


class CiVariablesArgs(TypedDict):
    """The variables of one stack."""

    variables: dict[str, CiVariableArgs]
    """By a name that stays: renaming an entry replaces the variable."""


class CiVariables(pulumi.ComponentResource):
    """A placeholder for each variable that does not exist yet.

    After that, no `up` sends an update to it: value, description and flags are the rotator's.
    """

    def __init__(self, name: str, args: CiVariablesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:CiVariables", name, {}, opts)
        child = pulumi.ResourceOptions(
            parent=self, ignore_changes=_OWNED_BY_THE_ROTATOR, additional_secret_outputs=["value"]
        )
        for variable_name, variable in args["variables"].items():
            if not variable.get("adopt", False):
                _placeholder(f"{name}-{variable_name}", variable, child)
        self.register_outputs({})


def _placeholder(name: str, variable: CiVariableArgs, opts: pulumi.ResourceOptions) -> None:
    inputs: dict[str, Any] = {
        "key": variable.get("key", "DOCKER_AUTH_CONFIG"),
        "environment_scope": variable.get("environment_scope", "*"),
        "variable_type": variable.get("variable_type", "file"),
        "masked": variable.get("masked", True),
        "hidden": variable.get("hidden", False),
        "protected": variable.get("protected", False),
        "raw": True,  # JSON can be masked only raw, and `$` in it must not be expanded
        "description": "gitlab-ecr: waiting for the first rotation",
        "value": pulumi.Output.secret(PLACEHOLDER),
    }
    match OwnerKind(variable["owner_kind"]):
        case OwnerKind.GROUP:
            gitlab.GroupVariable(name, group=variable["owner"], **inputs, opts=opts)
        case OwnerKind.PROJECT:
            gitlab.ProjectVariable(name, project=variable["owner"], **inputs, opts=opts)
