"""A deployment can make each change of each key of a stack file, not only a whole stack."""

import functools
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from bootstrap_lab import NAMES, deploys
from program import ROOT, config_of, run_program
from provider_actions import needs
from provider_changes import ANEW, CHANGES
from provider_needs import NEEDS
from recording import recording

from validation.recorder import Registered

_WIDE: Final = ROOT / "tests" / "data" / "Pulumi.wide.yaml"
_IN_GITLAB: Final = ROOT / "tests" / "data" / "Pulumi.gitlab.yaml"
_NAT: Final = {"subnetIds": ["subnet-0fake"], "securityGroupIds": ["sg-0fake"]}
_API, _MACHINE, _PUBLIC = "repositories.app/api", "runners.machine.machine", "caches.public"
EDITS: Final[list[tuple[str, Any]]] = [
    ("rolePath", "/gitlab-ecr-moved/"),
    ("maxSessionDuration", 7200),
    ("tags", {"team": "ci"}),
    (f"{_API}.mutableTags", ["latest"]),
    (f"{_API}.scanOnPush", False),
    (f"{_API}.tags", {"team": "api"}),
    (f"{_API}.forceDelete", True),
    (f"{_API}.pull", {"accounts": ["310987654321"]}),
    (f"{_API}.lifecycleRules", [{"untagged": True, "keep": 5}]),
    (f"{_PUBLIC}.days", 3),
    ("registry", {"scanOnPush": ["app/*"], "replicateTo": [{"region": "eu-west-2"}]}),
    ("consumers.acme/api.pull", ["app/*"]),
    ("consumers.acme/api.push", ["app/*"]),
    ("consumers.acme/api.branches", ["main", "live"]),
    ("consumers.acme/api.generation", 2),
    ("consumers.acme/api.protected", True),
    ("consumers.acme/legacy.pull", ["app/*"]),
    ("consumers.acme/new", {"pull": ["app/api"]}),
    ("runners.machine.paused", True),
    ("runners.machine.concurrent", 7),
    (f"{_MACHINE}.imageId", "ami-0fedcba9876543210"),
    (f"{_MACHINE}.instanceType", "c7g.large"),
    (f"{_MACHINE}.securityGroupIds", ["sg-0fake"]),
    ("runners.machine.access.pull", ["app/*"]),
    ("rotation.interval", "1 hour"),
    ("rotation.tolerateOutage", "5 hours"),
    ("rotation.logRetentionDays", 30),
    ("rotation.alarmEmails", ["ci@example.com"]),
    ("rotation.alarmTopics", ["arn:aws:sns:eu-central-1:123456789012:pager"]),
    ("rotation.reservedConcurrency", 1),
    ("rotation.vpc", _NAT),
    ("rotation.accessKeyAge", "20 days"),
    ("rotation.tokenRenewal", "managed"),
]


_NOTHING_THERE: Final = {  # of functions, of access keys, and what no alarm there measures
    *("rotation.vpc", "rotation.logRetentionDays", "rotation.reservedConcurrency"),
    *("rotation.accessKeyAge", "rotation.tolerateOutage"),
}


def _concerns(stack_file: Any, path: str) -> bool:
    """Whether a stack in GitLab's jobs has what the path leads to."""
    top, *below = path.split(".")
    known = json.loads(config_of(stack_file).get(f"gitlab-ecr:{top}", "{}")) if below else {}
    return path not in _NOTHING_THERE and (not below or top == "rotation" or below[0] in known)


def _config(stack_file: Any) -> dict[str, Any]:
    config: dict[str, Any] = config_of(stack_file)
    gitlab = json.loads(config.get("gitlab-ecr:gitlab", "{}")) | {"existingOidcProvider": True}
    return config | {
        "gitlab-ecr:permissionsBoundary": NAMES.boundary_arn,
        "gitlab-ecr:gitlab": json.dumps(gitlab),
        "gitlab-ecr:rolePath": "/gitlab-ecr-test/",
    }


def _edited(config: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    first, *rest = path.split(".")
    if not rest:
        return config | {f"gitlab-ecr:{first}": value if isinstance(value, str) else json.dumps(value)}
    tree = json.loads(config.get(f"gitlab-ecr:{first}", "{}"))
    at = tree
    for key in rest[:-1]:
        at = at.setdefault(key, {})
    at[rest[-1]] = value
    return config | {f"gitlab-ecr:{first}": json.dumps(tree)}


def _made(config: dict[str, Any]) -> dict[tuple[str, str], Registered]:
    with recording() as recorder:
        run_program(recorder, config)
    return {(each.type, each.name): each for each in recorder.resources if each.type.startswith("aws:")}


@functools.cache  # the same two stacks before every change
def _before(stack_file: Any) -> dict[tuple[str, str], Registered]:
    return _made(_config(stack_file))


def _changed(before: Registered, after: Registered) -> Iterator[str]:
    for key in before.inputs.keys() | after.inputs.keys():
        one, other = before.inputs.get(key), after.inputs.get(key)
        if key == "code":
            one, other = (
                {path: getattr(asset, "text", "") for path, asset in each.assets.items()} for each in (one, other)
            )
        if one != other:
            yield key


def _refused(resource: Registered, wanted: set[str] | None, made: dict[tuple[str, str], Registered]) -> Iterator[str]:
    """Those of the named actions, or of all, that the deploy role may not perform."""
    owners = {r.inputs["name"]: r for r in made.values() if r.type in ("aws:iam/role:Role", "aws:iam/user:User")}
    for action, arn, context in needs(resource, NAMES.account, NAMES.region, owners):
        if (wanted is None or action.partition(":")[2] in wanted) and not deploys(action, arn, **context):
            yield f"{resource.type} {resource.name}: {action} on {arn}"


@pytest.mark.parametrize(
    ("stack_file", "path", "value"),
    [(_WIDE, *edit) for edit in EDITS] + [(_IN_GITLAB, *edit) for edit in EDITS if _concerns(_IN_GITLAB, edit[0])],
)
def test_a_change_of_a_key_is_within_the_rights_of_the_deploy_role(stack_file: Any, path: str, value: Any) -> None:
    before, after = _before(stack_file), _made(_edited(_config(stack_file), path, value))
    assert {key: before[key].inputs for key in before} != {key: after[key].inputs for key in after} or "paused" in path
    refused: list[str] = []
    for key in before.keys() ^ after.keys():
        refused += _refused((before.get(key) or after[key]), None, before if key in before else after)
    for key in before.keys() & after.keys():
        type_ = key[0]
        for name in _changed(before[key], after[key]):
            assert name in CHANGES.get(type_, {}), f"say in provider_changes.py what a change of {type_} {name} calls"
            calls = CHANGES[type_][name]
            wanted = None if calls == ANEW else set(calls.split())
            for resource, made in ((before[key], before), (after[key], after)):
                refused += _refused(resource, wanted, made)
    assert refused == []


def test_every_call_of_a_change_is_one_that_the_type_needs() -> None:
    for type_, changes in CHANGES.items():
        named = {action for need in NEEDS[type_] for action in need.actions.split()}
        for calls in changes.values():
            assert {call for call in calls.split() if call != ANEW} <= named, type_
