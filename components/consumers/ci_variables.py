"""GitLab CI/CD variables: Pulumi creates and deletes them, the rotator owns the contents of rotated ones."""

from collections.abc import Callable
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_gitlab as gitlab

from ..arguments.check import check
from ..arguments.component import Component
from ..docker.auth import DOCKER_AUTH_CONFIG, PLACEHOLDER
from ..names.choices import choice
from ..names.locations import Mistakes
from ..variables.description import PREFIX
from ..variables.keys import ACCESS_KEYS, KEY_PLACEHOLDER
from ..variables.targets import OwnerKind, VariableType

# The engine fills an ignored property from its state, and the provider's update sends every attribute: if any of these
# were not ignored, a changed flag would overwrite a valid token with an old value. So the plan carries the wanted
# flags.
_OWNED_BY_THE_ROTATOR: Final = ["value", "description", "masked", "protected", "raw", "variable_type"]

_NOT_OF_AN_INSTANCE: Final = ("environment_scope", "hidden")

_WAITING: Final = f"{PREFIX}waiting for the first rotation"


class CiVariableArgs(TypedDict):
    """One CI/CD variable: rotated, unless it has a `value`."""

    owner_kind: OwnerKind
    """`project`, `group` or `instance`. An instance's variable reaches every job of a self-managed GitLab, and only an
    administrator's token writes it."""
    owner: pulumi.Input[str]
    """The full path, or the numeric id as text: an id survives a rename. `instance` for the instance."""
    key: NotRequired[str]
    """The variable's key. Default `DOCKER_AUTH_CONFIG`, the one that the runner reads."""
    environment_scope: NotRequired[str]
    """Default `*`, the only one of an instance. On groups, other scopes need GitLab Premium."""
    variable_type: NotRequired[VariableType]
    """`file` (default: the token is not in the job's environment, where Docker CLI 28.3 and later would prefer it to
    `docker login`), or `env_var`."""
    masked: NotRequired[bool]
    """Default true: GitLab hides the whole value in job logs. The value needs 8 characters without white space."""
    hidden: NotRequired[bool]
    """Default false. True also hides the value in GitLab's pages and API. GitLab sets it at creation only, and entries
    that others wrote into the variable cannot be kept then."""
    protected: NotRequired[bool]
    """Default false. True hides the variable from pipelines on unprotected branches, including merge requests."""
    adopt: NotRequired[bool]
    """Default false. True takes over an existing variable: nothing is created, the rotator keeps the entries that
    others wrote, and `pulumi destroy` leaves it. Only for a variable that the rotator fills."""
    value: NotRequired[pulumi.Input[str]]
    """A value that is not rotated; Pulumi then owns it and every flag. Always a secret in state. Without it, the
    variable gets a placeholder, which the rotator replaces."""
    description: NotRequired[str]
    """For a variable with a `value`: its description in GitLab, at most 255 characters."""


class CiVariablesArgs(TypedDict):
    """The variables of one stack."""

    variables: dict[str, CiVariableArgs]
    """The variables by a stable name: renaming an entry replaces the variable."""


class CiVariables(Component):
    """The variables that Pulumi creates: placeholders for the rotator, and values that are not rotated.

    `up` never updates a rotated one: its value, description and flags belong to the rotator.
    """

    def __init__(self, name: str, args: CiVariablesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check(CiVariablesArgs, args, _find)
        super().__init__("gitlab-ecr:index:CiVariables", name, {}, opts)
        fixed = self.child(
            additional_secret_outputs=["value"],
            replace_on_changes=["hidden"],  # GitLab sets it at creation only
            delete_before_replace=True,  # an owner has only one variable for a key and scope
        )
        rotated = pulumi.ResourceOptions.merge(fixed, pulumi.ResourceOptions(ignore_changes=_OWNED_BY_THE_ROTATOR))
        for variable_name, variable in args["variables"].items():
            if not variable.get("adopt", False):
                child = f"{name}-{variable_name}"
                create, inputs = _variable(child, variable)
                create(child, **inputs, opts=fixed if "value" in variable else rotated)
        self.register_outputs({})


def _find(args: CiVariablesArgs) -> Mistakes:
    found = Mistakes()
    for name, variable in args["variables"].items():
        if variable.get("adopt", False) and ("value" in variable or variable.get("key") in ACCESS_KEYS):
            text = "got true; only a rotated DOCKER_AUTH_CONFIG is merged with what is there: leave `adopt` out, and"
            path = ("variables", name, "adopt")
            found.add(*path, text=f"{text} delete the variable that exists in GitLab")
        for key, without in (("environment_scope", "*"), ("hidden", False)):
            if variable["owner_kind"] == OwnerKind.INSTANCE and variable.get(key, without) != without:
                found.add("variables", name, key, text="GitLab's variables of an instance have none; leave it out")
    return found


def _variable(name: str, variable: CiVariableArgs) -> tuple[Callable[..., pulumi.Resource], dict[str, Any]]:
    """The provider's class for a variable of this owner, and its inputs."""
    key = variable.get("key", DOCKER_AUTH_CONFIG)
    value = variable.get("value", KEY_PLACEHOLDER if key in ACCESS_KEYS else PLACEHOLDER)
    inputs: dict[str, Any] = {
        "key": key,
        "environment_scope": variable.get("environment_scope", "*"),
        "variable_type": choice(
            VariableType, variable.get("variable_type", VariableType.FILE), f"variable_type of {name}"
        ).value,
        "masked": variable.get("masked", True),
        "hidden": variable.get("hidden", False),
        "protected": variable.get("protected", False),
        "raw": True,  # JSON can only be masked if raw, and `$` in it must not be expanded
        "description": variable.get("description", "gitlab-ecr") if "value" in variable else _WAITING,
        "value": pulumi.Output.secret(value),
    }
    match choice(OwnerKind, variable["owner_kind"], f"owner_kind of {name}"):
        case OwnerKind.GROUP:
            return gitlab.GroupVariable, {"group": variable["owner"], **inputs}
        case OwnerKind.PROJECT:
            return gitlab.ProjectVariable, {"project": variable["owner"], **inputs}
        case OwnerKind.INSTANCE:
            known = {key: given for key, given in inputs.items() if key not in _NOT_OF_AN_INSTANCE}
            return gitlab.InstanceVariable, known
