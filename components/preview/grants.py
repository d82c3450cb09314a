"""Which accounts, organizations and services gain or lose rights by a repository's own policy."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from . import policy_words
from .policy_words import Right
from .reading import Preview, Step, is_unknown, mapping

REPOSITORY_POLICY: Final = "aws:ecr/repositoryPolicy:RepositoryPolicy"
Who = tuple[str, str]
_ACCOUNT: Final = re.compile(r"(?:arn:[^:]*:iam::)?(?P<account>\d{12})(?::root)?")
_ORGANIZATION: Final = "aws:principalorgid"


def grants(preview: Preview) -> tuple[dict[Who, set[Right]], dict[Who, set[Right]]]:
    """The rights that the changed repository policies gave before and give after, by grantee."""
    before: dict[Who, set[Right]] = {}
    after: dict[Who, set[Right]] = {}
    for step in preview.of_type(REPOSITORY_POLICY):
        if step.op == "same" or is_unknown(step.new.get("policy")):
            continue
        for rights, inputs in ((before, step.old), (after, step.new)):
            for who, right in _given(step, inputs):
                rights.setdefault(who, set()).add(right)
    return before, after


def _given(step: Step, inputs: Mapping[str, Any]) -> Iterator[tuple[Who, Right]]:
    repository = str((step.new or step.old).get("repository", step.name))
    for statement in policy_words.statements(inputs.get("policy")) or []:
        if statement.get("Effect") != "Allow":
            continue
        # A repository policy names no `Resource`: it is about its own repository. A condition only narrows who may.
        about = {"Effect": "Allow", "Action": statement.get("Action"), "Resource": repository}
        for right in policy_words.image_rights([about], {}):
            yield from ((who, right) for who in _whom(statement))


def _whom(statement: Mapping[str, Any]) -> Iterator[Who]:
    organizations = [
        organization
        for keys in mapping(statement.get("Condition")).values()
        for key, value in mapping(keys).items()
        if key.lower() == _ORGANIZATION
        for organization in policy_words.listed(value)
    ]
    if organizations:
        yield from (("organization", organization) for organization in organizations)
        return
    principal: Any = statement.get("Principal")
    by_type = mapping(principal) or {"AWS": principal}
    for type_, value in by_type.items():
        for name in policy_words.listed(value):
            account = _ACCOUNT.fullmatch(name)
            if name == "*":
                yield "everybody", "on the internet with an AWS account"
            elif account is not None:
                yield "account", account["account"]
            else:
                yield ("service" if type_ == "Service" else "principal"), name
