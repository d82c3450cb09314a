"""Describes changes of permissions in AWS other than pulling and pushing images."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import policy_words
from .grants import REPOSITORY_POLICY
from .markdown import code, duration, names
from .reading import Preview, Step, is_unknown
from .rights import POLICY_OF_A_ROLE
from .statement_changes import beyond
from .subjects import changed, kind, name

_ROLE: Final = "aws:iam/role:Role"
_USER: Final = "aws:iam/user:User"
POLICIES: Final = {
    _ROLE: "assumeRolePolicy",
    **dict.fromkeys(POLICY_OF_A_ROLE, "policy"),
    "aws:ecr/registryPolicy:RegistryPolicy": "policy",
    REPOSITORY_POLICY: "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
}
"""The property that holds a policy, by type of resource."""
_OF_AN_IDENTITY: Final = frozenset(
    {
        *POLICY_OF_A_ROLE,
        "aws:iam/policy:Policy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    }
)
"""Types whose policy says what its holder may do; policies of other types say who may use the resource."""
_BOUNDED: Final = frozenset({_ROLE, _USER})
_IDENTITIES: Final = _OF_AN_IDENTITY | _BOUNDED
_SHORTEST_SESSION: Final = 3600
"""The longest session of a role that does not set one, in seconds."""

_WORDS: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any]], str]]]] = {
    "aws:iam/accessKey:AccessKey": ("", lambda _: "**a new access key**, a password that never expires"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        "clientIdLists",
        lambda inputs: f"AWS accepts its tokens for {names(policy_words.listed(inputs.get('clientIdLists')))}",
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        "policyArn",
        lambda inputs: f"gets the managed policy {code(str(inputs.get('policyArn')))}",
    ),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": (
        "policyArn",
        lambda inputs: f"gets the managed policy {code(str(inputs.get('policyArn')))}",
    ),
    "aws:lambda/permission:Permission": (
        "principal",
        lambda inputs: f"{code(str(inputs.get('principal')))} may {code(str(inputs.get('action')))}",
    ),
}
"""For each type of resource, the property to describe and a function that describes it."""


@dataclass(frozen=True)
class Change:
    """A change that one or several resources of the same kind have in common.

    Attributes:
        subjects: the kind and the names of the resources.
        words: what changes.
        opens: whether it changes who may use the resource, rather than what the resource may do.
        of_a_new_identity: whether the resource is a new role or user, or a new policy of one.
    """

    subjects: str
    words: str
    opens: bool
    of_a_new_identity: bool

    def __str__(self) -> str:
        return f"{self.subjects}: {self.words}"


def changes(preview: Preview) -> list[Change]:
    """One line for each change; resources with the same change share a line."""
    shared: dict[tuple[str, str, str, bool], list[str]] = {}
    for step in preview.steps:
        for words in _of(step) if step.op != "same" else ():
            shared.setdefault((step.type, kind(step), words, step.op == "create"), []).append(name(step))
    return [
        Change(
            f"{of} {names(sorted(set(subjects)))}", words, type_ not in _OF_AN_IDENTITY, new and type_ in _IDENTITIES
        )
        for (type_, of, words, new), subjects in shared.items()
    ]


def described_properties(step: Step) -> set[str]:
    """The properties of an updated resource that `changes` describes."""
    properties = {POLICIES.get(step.type, ""), _WORDS.get(step.type, ("", None))[0]}
    if step.type in _BOUNDED:
        properties.add("permissionsBoundary")
    if step.type == _ROLE:
        properties.add("maxSessionDuration")
    return properties


def _of(step: Step) -> Iterator[str]:
    if step.type in POLICIES:
        yield from _statements(step, POLICIES[step.type])
    if step.type in _WORDS and not step.deletes:
        of, words = _WORDS[step.type]
        if step.op != "update" or of in changed(step):
            yield words(step.new)
    if not (step.old and step.new):
        return
    before, after = step.old.get("permissionsBoundary"), step.new.get("permissionsBoundary")
    if step.type in _BOUNDED and before != after:
        yield f"permissions boundary is now {code(str(after))}" if after else "**loses its permissions boundary**"
    if step.type == _ROLE:
        yield from _session(step.old.get("maxSessionDuration"), step.new.get("maxSessionDuration"))


def _session(before: Any, after: Any) -> Iterator[str]:
    seconds = [_SHORTEST_SESSION if value is None else value for value in (before, after)]
    if seconds[0] != seconds[1] and not is_unknown(after):
        longest, was = (duration(value) for value in (seconds[1], seconds[0]))
        yield f"sessions last **{longest}** at most, before {was}"


def _statements(step: Step, key: str) -> Iterator[str]:
    before = policy_words.statements(step.old.get(key))
    after = policy_words.statements(step.new.get(key))
    if is_unknown(step.new.get(key)):
        return
    if before is None or after is None:
        yield f"its {code(key)} is secret or not JSON, and is not shown"
        return
    listed_above = policy_words.is_image_right if step.type in {*POLICY_OF_A_ROLE, REPOSITORY_POLICY} else _never
    for statement in after:
        if statement not in before and not listed_above(statement) and (added := beyond(statement, before)):
            yield policy_words.sentence(added)
    for statement in before:
        # Deletions are listed elsewhere in the note; here only a removed denial matters, since it grants more.
        matters = not step.deletes or statement.get("Effect") == "Deny"
        if statement not in after and not listed_above(statement) and matters and (gone := beyond(statement, after)):
            yield f"no longer: {policy_words.sentence(gone)}"


def _never(_: Mapping[str, Any]) -> bool:
    return False
