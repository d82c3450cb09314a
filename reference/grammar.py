"""The forms of values, by key, that editors check while somebody writes a stack file.

They are never stricter than the program. `make validate` checks what depends on other keys.
"""

from typing import Any, Final

_ACCOUNT: Final = r"^[0-9]{12}$"
_DURATION: Final = r"^[0-9]{1,4} (minute|hour|day)s?$"
_EMAIL: Final = r"^[^@\s,;<>]+@[^@\s,;<>]+$"
_HOST: Final = r"^[^/\s*]+$"
_REGION: Final = r"^[a-z]{2,4}(-[a-z]+)+-[0-9]$"
_REPOSITORY: Final = r"^[a-z0-9][a-z0-9._/*-]*$"
_TEXTS: Final = {
    "account": _ACCOUNT,
    "region": _REGION,
    "interval": _DURATION,
    "tolerateOutage": _DURATION,
    "accessKeyAge": _DURATION,
    "accessKeyGrace": _DURATION,
    "prefix": r"^[a-z][a-z0-9-]{0,28}[a-z0-9]$",
    "rolePath": r"^/([A-Za-z0-9._-]+/)+$",
    "url": r"^https?://[^\s/?#@]+[^\s?#]*$",
    "gitlabUrl": r"^https://[^\s/?#@]+[^\s?#]*$",
}
_LISTS: Final = {
    "accounts": _ACCOUNT,
    "alarmEmails": _EMAIL,
    "alarmTopics": "^arn:aws[a-z-]*:sns:",
    "lambdaAccounts": _ACCOUNT,
    "organizations": r"^o-[a-z0-9]{10,32}$",
    "pull": _REPOSITORY,
    "push": _REPOSITORY,
    "thumbprints": r"^[0-9A-Fa-f]{40}$",
}
_POLICIES: Final = ["always", "if-not-present", "never"]
_NAMES: Final = {
    "repositories": r"^[a-z0-9][a-z0-9._/-]+$",
    "consumers": r"^[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*$",
    "caches": r"^[a-z0-9][a-z0-9._/-]{1,29}$",
    "auths": _HOST,
    "logins": _HOST,
    "replicasFrom": _ACCOUNT,
}
_LEAST: Final = {"id": 1, "groupId": 1, "projectId": 1, "namespaceId": 1, "generation": 1, "keep": 1, "days": 1}


def narrowed(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a key's value, with the value's form added."""
    kind = schema.get("type")
    if kind == "string" and key in _TEXTS:
        return {**schema, "pattern": _TEXTS[key]}
    if kind == "integer" and key in _LEAST:
        return {**schema, "minimum": _LEAST[key]}
    if kind == "array" and schema.get("items", {}).get("type") == "string":
        if key in ("pullPolicy", "allowedPullPolicies"):
            return {**schema, "items": {"enum": _POLICIES}}
        return {**schema, "items": {**schema["items"], "pattern": _LISTS[key]}} if key in _LISTS else schema
    if kind == "object" and "additionalProperties" in schema and key in _NAMES:
        return {**schema, "propertyNames": {"pattern": _NAMES[key]}}
    return schema
