"""The rules for every stack that uses these components: pure functions of resources, without Pulumi."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from credentials import CREDENTIAL
from documents import (
    EVERYBODY,
    allowed_actions,
    conditions,
    listed,
    opens_to_everybody,
    principals,
    reads_secrets,
    statements,
    trusts_an_account,
)

Properties = Mapping[str, Any]
Check = Callable[[Properties], Iterator[str]]

ROLE: Final = "aws:iam/role:Role"
USER: Final = "aws:iam/user:User"
REQUIRED: Final = "required"
"""The setting of `bounded-identities`: with true, every role and user needs a boundary."""
_VARIABLES: Final = frozenset(
    f"gitlab:index/{kind}Variable:{kind.title()}Variable" for kind in ("group", "project", "instance")
)
_IDENTITY_POLICIES: Final = frozenset(
    f"aws:iam/{kind}" for kind in ("rolePolicy:RolePolicy", "userPolicy:UserPolicy", "policy:Policy")
)
_RESOURCE_POLICIES: Final = frozenset(
    {"aws:ecr/repositoryPolicy:RepositoryPolicy", "aws:ecr/registryPolicy:RegistryPolicy"}
)
_PUBLIC: Final = "aws:ecrpublic/"
_WHOLE: Final = re.compile(r"\*|[a-z0-9-]+:\*")
_NAMED: Final = ":secret:"
_LOGIN: Final = "/audience/"  # stands in the name of each secret with a login
_OF_A_LOGIN: Final = re.compile(r"secretsmanager:GetSecretValue|kms:Decrypt")
_ECR: Final = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\.")


@dataclass(frozen=True)
class Rule:
    """One policy.

    Attributes:
        name: the name that `pulumi` shows.
        description: the rule, and what to do.
        applies: whether the rule is about a type of resource.
        check: yields what is wrong with a resource's properties.
    """

    name: str
    description: str
    applies: Callable[[str], bool]
    check: Check


def _public(properties: Properties) -> Iterator[str]:
    for statement in statements(properties.get("policy")):
        if opens_to_everybody(statement) and allowed_actions(statement):
            yield f"{', '.join(allowed_actions(statement))} is open to everybody; name accounts, or an organization"


def _public_registry(_: Properties) -> Iterator[str]:
    yield "everybody can pull from a repository of ECR Public; use aws.ecr.Repository"


def _wide_trust(properties: Properties) -> Iterator[str]:
    for statement in statements(properties.get("assumeRolePolicy")):
        if EVERYBODY in principals(statement):
            yield "trusts everybody; name who may assume it"
        elif trusts_an_account(statement):
            yield "trusts a whole account; add a condition on aws:PrincipalArn"
        elif allowed_actions(statement) == ["sts:AssumeRoleWithWebIdentity"]:
            yield from _wide_jobs(statement)


def _wide_jobs(statement: Mapping[str, Any]) -> Iterator[str]:
    found = list(conditions(statement))
    audiences = [value for _, key, values in found if key.endswith(":aud") for value in values]
    subjects = [value for _, key, values in found if key.endswith(":sub") for value in values]
    if not audiences or any(EVERYBODY in value for value in audiences):
        yield "trusts GitLab's tokens with any `aud`; name the one that the jobs request"
    if not subjects:
        yield "trusts every job of the GitLab instance; add a condition on `sub`, such as project_path:acme/app:*"
    for subject in subjects:
        project = re.match(r"project_path:([^:]*)", subject)
        if project is None or "*" in project[1] or "?" in project[1]:
            yield f"trusts jobs of every project that matches {subject!r}; write one project's full path"


def _wide_rights(properties: Properties) -> Iterator[str]:
    for statement in statements(properties.get("policy")):
        for action in allowed_actions(statement):
            if _WHOLE.fullmatch(action):
                yield f"allows {action}; name the actions"


def _wide_secrets(properties: Properties) -> Iterator[str]:
    found = statements(properties.get("policy"))
    read = [name for each in found if reads_secrets(each) for name in listed(each.get("Resource", EVERYBODY))]
    for name in read:
        if EVERYBODY in name.rpartition(_NAMED)[2]:
            yield f"reads every secret that matches {name}; name one"
    if not any(_LOGIN in name for name in read):
        return
    if len(read) > 1:
        yield f"reads {len(read)} secrets; a project's jobs read the login of their own consumer and nothing else"
    if more := [action for each in found for action in allowed_actions(each) if not _OF_A_LOGIN.fullmatch(action)]:
        yield f"reads a login and allows {', '.join(more)}, too; the login itself holds the rights in ECR"


def _credential(properties: Properties) -> Iterator[str]:
    kept = "value" if properties.get("type") == "SecureString" else "secretString"  # where a secret belongs
    for path, text in _texts({key: value for key, value in properties.items() if key != kept}):
        if match := CREDENTIAL.search(text):
            yield f"{path} holds a credential that begins with {match[0][:4]}; only the rotator may store these"


def _rotated_value(properties: Properties) -> Iterator[str]:
    if properties.get("key") != "DOCKER_AUTH_CONFIG":
        return
    value = properties.get("value")
    try:
        document: Any = json.loads(value) if isinstance(value, str) else {}
    except ValueError:
        return
    auths: Any = cast("Mapping[str, Any]", document).get("auths", {}) if isinstance(document, Mapping) else {}
    logins = cast("Mapping[str, Any]", auths) if isinstance(auths, Mapping) else {}
    for host, entry in logins.items():
        if _ECR.match(host) and isinstance(entry, Mapping) and {"auth", "password"} & entry.keys():
            yield f"holds a login to {host} that expires within 12 hours; let the rotator write the value"


def _visible(properties: Properties) -> Iterator[str]:
    if properties.get("key") in ("DOCKER_AUTH_CONFIG", "AWS_SECRET_ACCESS_KEY") and properties.get("masked") is False:
        if _names_a_helper_only(properties.get("value")):
            return
        yield "is not masked, so a job's log can show it; set masked to true"


def _names_a_helper_only(value: Any) -> bool:
    """A document that only names helpers holds no password."""
    return isinstance(value, str) and not re.search(r'"(auth|password|identitytoken)"', value)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from _texts(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        for position, item in enumerate(cast("Sequence[Any]", value)):
            yield from _texts(item, f"{path}[{position}]")
    elif isinstance(value, str):
        yield path, value


RULES: Final = (
    Rule(
        "no-public-pull",
        "No repository or registry is open to everybody.",
        _RESOURCE_POLICIES.__contains__,
        _public,
    ),
    Rule(
        "no-public-registry",
        "Nothing is in ECR Public.",
        lambda type_: type_.startswith(_PUBLIC),
        _public_registry,
    ),
    Rule(
        "no-wildcard-trust",
        "A role says exactly who may assume it; for GitLab's jobs that is one project and one aud.",
        ROLE.__eq__,
        _wide_trust,
    ),
    Rule(
        "no-wildcard-right",
        "A policy names its actions.",
        _IDENTITY_POLICIES.__contains__,
        _wide_rights,
    ),
    Rule(
        "one-secret-per-role",
        "Nothing reads secrets by a pattern, and a role of jobs reads one login and may do nothing else.",
        _IDENTITY_POLICIES.__contains__,
        _wide_secrets,
    ),
    Rule(
        "no-credential-in-inputs",
        "No program holds a key or a token: the rotator creates those that it publishes.",
        lambda _: True,
        _credential,
    ),
    Rule(
        "no-rotated-value-in-inputs",
        "A program holds no login to ECR for a CI/CD variable: only the rotator keeps one valid.",
        _VARIABLES.__contains__,
        _rotated_value,
    ),
    Rule(
        "masked-logins",
        "A variable with a login is masked.",
        _VARIABLES.__contains__,
        _visible,
    ),
)


def unbounded(identities: Sequence[tuple[str, Properties]], *, required: bool) -> list[str]:
    """The names of roles and users without a boundary, if one is required or other roles of the stack have one.

    Users have their own boundary by default, so only the roles' boundaries count.
    """
    bounded = [name for name, properties in identities if properties.get("permissionsBoundary")]
    roles = [name for name, properties in identities if "assumeRolePolicy" in properties]
    if not required and not set(bounded) & set(roles):
        return []
    return [name for name, properties in identities if not properties.get("permissionsBoundary")]
