"""Names the resource of a step: its kind in words, its name, and the changes worth showing."""

import re
from collections.abc import Collection
from typing import Final

from .markdown import code
from .reading import Step, is_unknown

_INSTANCE_VARIABLE: Final = "gitlab:index/instanceVariable:InstanceVariable"
VARIABLES: Final = (
    "gitlab:index/groupVariable:GroupVariable", "gitlab:index/projectVariable:ProjectVariable", _INSTANCE_VARIABLE,
)  # fmt: skip
FIRST_ROTATION: Final = "aws:lambda/invocation:Invocation"
FUNCTION: Final = "aws:lambda/function:Function"
_CACHE: Final = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
_CACHE_TEMPLATE: Final = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
_KINDS: Final = {
    _CACHE: "cache",
    _CACHE_TEMPLATE: "repositories of the cache",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "OpenID Connect provider",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": "scanning of the registry",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": "replication of the registry",
    "aws:secretsmanager/secretRotation:SecretRotation": "renewal of the GitLab token in",
    "gitlab:index/userRunner:UserRunner": "runner",
    "pulumi:providers:gitlab": "GitLab provider",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "retries of function",
    FIRST_ROTATION: "first rotation",
}
_OF_A_REGION: Final = (
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
)
_NAMED_BY: Final = (
    "role", "user", "repository", "ecrRepositoryPrefix", "prefix", "name", "dashboardName", "bucket", "url", "group",
    "project", "functionName", "secretId", "description",
)  # fmt: skip
_COMPONENT: Final = "gitlab-ecr:index:"
_PROVIDER: Final = "pulumi:providers:"
_COMPUTED: Final = frozenset(
    {"lastModified", "version", "versionId", "qualifiedArn", "etag", "codeSha256", "sourceCodeHash", "__defaults"}
)
"""Properties computed from others, which providers list as separate changes."""
_DESCRIPTIVE: Final = frozenset({"description", "alarmDescription", "tags", "tagsAll", "labels", "labelsAll"})


def is_component(step: Step) -> bool:
    """Whether the step is a component of this library, which only groups resources, or a provider.

    A provider's token differs in each preview; only a change of its address matters.
    """
    provider = step.type.startswith(_PROVIDER) and not (step.op == "update" and "baseUrl" in step.changed)
    return provider or step.type.startswith(_COMPONENT)


def kind(step: Step) -> str:
    """The type of resource in words: `role policy`."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", step.type.rpartition(":")[2])
    return _KINDS.get(step.type, " ".join(words).lower())


def name(step: Step) -> str:
    """The resource's name in AWS or GitLab, if known; for a variable its key."""
    inputs = step.new or step.old
    if step.type in VARIABLES:
        return str(inputs.get("key"))
    if step.type in _OF_A_REGION and isinstance(region := inputs.get("region"), str):
        return region
    known = [value for key in _NAMED_BY if isinstance(value := inputs.get(key), str) and value]
    # An ARN is the role that a function runs as, not the function's name.
    return next((value for value in known if not value.startswith("arn:") and not is_unknown(value)), step.name)


def title(step: Step, consumers: Collection[str] = ()) -> str:
    """Kind and name as Markdown; for a variable also its owner."""
    of = f" of {code(owner(step, consumers))}" if step.type in VARIABLES else ""
    return f"{kind(step)} {code(name(step))}{of}"


def owner(step: Step, consumers: Collection[str] = ()) -> str:
    """The project or group of a variable, by its path if the declaration has it, or `instance`.

    Args:
        step: the variable's step.
        consumers: full paths; an owner given by number, or by one that only `up` will know, is the one that the step's
            own name ends with.
    """
    inputs = step.new or step.old
    if step.type == _INSTANCE_VARIABLE:
        return "instance"
    held_by = str(inputs.get("group") or inputs.get("project") or step.name)
    if not held_by.isdecimal() and not is_unknown(held_by):
        return held_by
    beginning = step.name.removesuffix(f":{inputs.get('key')}:{inputs.get('environmentScope')}")
    return max((path for path in consumers if beginning.endswith(f"-{path}")), key=len, default=held_by)


def changed(step: Step) -> tuple[str, ...]:
    """The changed properties worth showing: no computed ones, and tags only once."""
    properties = [key for key in step.changed if key not in _COMPUTED]
    return tuple(dict.fromkeys("tags" if key == "tagsAll" else key for key in properties))


def is_description(step: Step) -> bool:
    """Whether an update touches tags and descriptions only."""
    return step.op == "update" and not step.adopts and set(changed(step)) <= _DESCRIPTIVE


def is_routine(step: Step) -> bool:
    """Whether the step is part of every change of access: the rotator's new plan and the rotation it triggers."""
    if step.type == FIRST_ROTATION:
        return not step.deletes
    return step.type == FUNCTION and step.op == "update" and set(changed(step)) <= {"code", "description"}
