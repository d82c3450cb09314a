"""Advice on what to write, with an example: one for the key if there is one, otherwise one for its type."""

from typing import Any, Final

from components.arguments.likely import likely
from components.arguments.shape import WORDS, Field, fields, inner, is_arguments, is_dict, is_enum, is_list
from components.consumers.args import ConsumerArgs
from components.declaration.args import RotationArgs
from components.ecr.args import CacheArgs
from components.names.spelling import camel, shown
from components.runner.args import RunnerOptions

_BY_KEY: Final = {
    "account": '"123456789012"',
    "accounts": '["210987654321"]',
    "alarm_emails": "[ci-alarms@example.com]",
    "alarm_topics": "[arn:aws:sns:eu-central-1:123456789012:on-call]",
    "allowed_images": '["123456789012.dkr.ecr.eu-central-1.amazonaws.com/**"]',
    "auths": "{ registry.example.com: { username: ci, password: ... } }",
    "branches": "[main]",
    "caches": "[docker-hub]",
    "consumers": "{ acme/web: { pull: [ci/python] } }",
    "credential_arn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf",
    "environment": "[LANG=C.UTF-8]",
    "environment_scopes": "[production]",
    "feature_flags": "{ FF_TIMESTAMPS: true }",
    "host_forms": "[classic]",
    "image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python:3.13",
    "image_id": "ami-0123456789abcdef0",
    "images": "[123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/python:3.13]",
    "interval": "2 hours",
    "tolerate_outage": "7 hours",
    "access_key_age": "30 days",
    "access_key_grace": "1 day",
    "job": "{ project: acme/registry-access, branch: main }",
    "lambda_accounts": '["210987654321"]',
    "lifecycle_rules": "[{ daysSincePulled: 180 }]",
    "mutable_tags": '["3.*"]',
    "namespace": "ci",
    "organizations": "[o-a1b2c3d4e5]",
    "prefix": "gitlab-ecr-prod",
    "principals": "[arn:aws:iam::123456789012:role/deploy]",
    "project": "acme/infra",
    "protected_tags": '["release-*"]',
    "pull": '["ci/*"]',
    "pull_policy": "[always]",
    "push": "[ci/python]",
    "region": "eu-central-1",
    "registries": '[{ account: "210987654321", region: eu-central-1 }]',
    "registry_hosts": "[123456789012.dkr.ecr.eu-central-1.amazonaws.com]",
    "repositories": "{ ci/python: {} }",
    "runners": '{ build: { groupId: 20, docker: { image: "ruby:3.4" } } }',
    "previews": "[dev]",
    "replicate_to": "[{ region: eu-west-1 }]",
    "scan_continuously": '["prod/*"]',
    "scan_on_push": '["ci/*"]',
    "bucket_name": "ci-cache",
    "days": "90",
    "keep": "14",
    "maximum_timeout": "3600",
    "max_session_duration": "3600",
    "security_group_ids": "[sg-0123456789abcdef0]",
    "services": "[postgres:17]",
    "subnet_ids": "[subnet-0123456789abcdef0]",
    "tags": "[docker]",
    "thumbprints": '["0123456789abcdef0123456789abcdef01234567"]',
    "upstream": "docker-hub",
    "url": "https://gitlab.example.com",
    "volumes": "[/cache]",
}
_MAPPINGS: Final = {
    "caches": "{ ecr-public: { upstream: ecr-public } }",
    "replicas_from": '{ "210987654321": ["ci/*"] }',
    "tags": "{ team: platform }",
}
"""Examples for keys that are mappings here, although others of the same name are lists."""
_BY_ARGUMENTS: Final[dict[Any, str]] = {
    CacheArgs: "{ upstream: ecr-public }",
    ConsumerArgs: "{ pull: [ci/python] }",
    RotationArgs: "{ interval: 2 hours }",
    RunnerOptions: '{ groupId: 20, docker: { image: "ruby:3.4" } }',
}
_NUMBERS: Final = {
    "id": "project's or group's",
    "group_id": "group's",
    "project_id": "project's",
    "namespace_id": "group's",
}
_BY_TYPE: Final[dict[Any, str]] = {str: "text", int: "3", float: "1.5", bool: "true"}


def advice(key: str | int, expected: Any, found: Any = None) -> str:
    """What to write for a key. It uses the value that was found, if that shows what was meant."""
    if meant := _meant(key, expected, found):
        return meant
    if is_list(expected):
        return f"write a list, such as {_list(key, expected, found)}"
    if is_arguments(expected) or is_dict(expected):
        return f"write keys and values below it, such as {_mapping(key, expected)}"
    if expected is int and key in _NUMBERS:
        return f"write the number that GitLab shows on the {_NUMBERS[str(key)]} page"
    example = _example(key, expected)
    return f"write {WORDS.get(expected, 'a value')}{f', such as {example}' if example else ''}"


def _meant(key: str | int, expected: Any, found: Any) -> str:
    if is_enum(expected):
        values = [str(member.value) for member in expected]
        meant = likely(found, values) if isinstance(found, str) else ""
        return f"{f'did you mean {meant}? ' if meant else ''}write one of {', '.join(values)}"
    if expected is str and isinstance(found, int | float) and not _is_text(key):
        return f'write it in quotes: "{shown(found)}"'
    if expected in (int, float) and isinstance(found, str) and found.strip().isdecimal():
        return f"write a number, without quotes: {found.strip()}"
    if expected is bool:
        return f"write true or false{', without quotes' if isinstance(found, str) else ''}"
    return ""


def _is_text(key: str | int) -> bool:
    """Whether the key's example is plainly not a number, so that quotes around a number would not help."""
    return _BY_KEY.get(key, '"')[0] not in '"[{' if isinstance(key, str) else False


def _list(key: str | int, expected: Any, found: Any) -> str:
    item = inner(expected).type
    if isinstance(found, str) and item is str and found and not set(found) & set("[]{},\"'\n"):
        quoted = f'"{found}"' if set(found) & set("*:#&!|>%@` ") else found
        return f"[{quoted}]"
    return _example(key, expected) or f"[{_mapping(key, item) if is_arguments(item) else _BY_TYPE.get(item, 'text')}]"


def _mapping(key: str | int, expected: Any) -> str:
    example = _example(key, expected) or _MAPPINGS.get(str(key), "")
    if example.startswith("{"):
        return example
    if expected in _BY_ARGUMENTS:
        return _BY_ARGUMENTS[expected]
    if is_arguments(expected):
        known = fields(expected)
        chosen = [name for name, field in known.items() if field.required] or [*known][:1]
        return f"{{ {', '.join(f'{camel(name)}: {_value(name, known[name])}' for name in chosen)} }}"
    return f"{{ name: {_BY_TYPE.get(inner(expected).type, '{}')} }}"


def _value(key: str, field: Field) -> str:
    if is_list(field.type):
        return _list(key, field.type, None)
    if is_arguments(field.type) or is_dict(field.type):
        return _mapping(key, field.type)
    if is_enum(field.type):
        return str(next(iter(field.type)).value)
    return _example(key, field.type) or _BY_TYPE.get(field.type, "text")


def _example(key: str | int, expected: Any) -> str:
    text = _BY_KEY.get(key, "") if isinstance(key, str) else ""
    kind = "[" if is_list(expected) else "{" if is_arguments(expected) or is_dict(expected) else ""
    if text[:1] in "[{" and text:
        return text if text[:1] == kind else ""
    return text if not kind else ""
