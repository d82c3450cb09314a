"""Changes of who may do what in AWS, in words, beyond pulling and pushing images."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from . import policy_words
from .markdown import code, names
from .reading import Preview, Step, is_unknown
from .rights import POLICY_OF_A_ROLE

_ROLE: Final = "aws:iam/role:Role"
POLICIES: Final = {
    _ROLE: "assumeRolePolicy",
    **dict.fromkeys(POLICY_OF_A_ROLE, "policy"),
    "aws:ecr/registryPolicy:RegistryPolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}
"""The property that holds a policy, by type of resource."""

_NAMED_BY: Final = ("role", "user", "repository", "name", "bucket", "url", "group", "project")

_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "aws:iam/accessKey:AccessKey": lambda _: "**a new access key**, a password that never ends",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": lambda inputs: (
        f"AWS accepts its tokens for {names(policy_words.listed(inputs.get('clientIdLists')))}"
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": lambda inputs: (
        f"gets the managed policy {code(str(inputs.get('policyArn')))}"
    ),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": lambda inputs: (
        f"gets the managed policy {code(str(inputs.get('policyArn')))}"
    ),
    "aws:lambda/permission:Permission": lambda inputs: (
        f"{code(str(inputs.get('principal')))} may {code(str(inputs.get('action')))}"
    ),
}


def changes(preview: Preview) -> list[str]:
    """A line for each change; resources with the same one share it."""
    shared: dict[tuple[str, str], list[str]] = {}
    for step in preview.steps:
        for words in _of(step):
            shared.setdefault((kind(step), words), []).append(name(step))
    return [f"{type_} {names(sorted(set(subjects)))}: {words}" for (type_, words), subjects in shared.items()]


def kind(step: Step) -> str:
    """The type of resource in words: `role policy`."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", step.type.rpartition(":")[2])
    return " ".join(words).lower()


def name(step: Step, consumers: Collection[str] = ()) -> str:
    """What the resource is called outside the program, as far as that is known.

    Args:
        consumers: full paths; a variable whose owner is a number is called by the one that its own name ends with.
    """
    inputs = step.new or step.old
    if (owner := str(inputs.get("group") or inputs.get("project"))).isdecimal():
        place = step.name.removesuffix(f":{inputs.get('key')}:{inputs.get('environmentScope')}")
        return max((path for path in consumers if place.endswith(f"-{path}")), key=len, default=owner)
    known = [value for key in _NAMED_BY if isinstance(value := inputs.get(key), str) and value]
    # An ARN is the role that a function runs as, not the function's name.
    return next((value for value in known if not value.startswith("arn:") and not is_unknown(value)), step.name)


def _of(step: Step) -> Iterator[str]:
    if step.type in POLICIES:
        yield from _statements(step, POLICIES[step.type])
    if step.type in _WORDS and step.op != "same" and not step.deletes:
        yield _WORDS[step.type](step.new)
    before, after = step.old.get("permissionsBoundary"), step.new.get("permissionsBoundary")
    if step.type == _ROLE and step.old and step.new and before != after:
        yield f"permissions boundary is now {code(str(after))}" if after else "**loses its permissions boundary**"


def _statements(step: Step, key: str) -> Iterator[str]:
    before = policy_words.statements(step.old.get(key))
    after = policy_words.statements(step.new.get(key))
    if is_unknown(step.new.get(key)):
        return
    if before is None or after is None:
        yield f"its {code(key)} is secret or no JSON, and is not shown"
        return
    of_a_role = step.type in POLICY_OF_A_ROLE
    yield from (
        policy_words.sentence(statement)
        for statement in after
        if statement not in before and not (of_a_role and policy_words.is_image_right(statement))
    )
    yield from (
        f"no longer: {policy_words.sentence(statement)}"
        for statement in before
        if statement not in after
        and not (of_a_role and policy_words.is_image_right(statement))
        # Of what is deleted, the note says so; only a denial that goes gives somebody more.
        and (not step.deletes or statement.get("Effect") == "Deny")
    )
