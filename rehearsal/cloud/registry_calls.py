"""ECR calls about a whole registry that ministack 1.5.33 lacks: caches, templates, policy, scanning, replication.

Each keeps what it is given, by account and region, and refuses what "Amazon ECR API Reference" says is refused. Nothing
is cached, scanned or replicated.
"""

import inspect
import json
import re
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import AccountRegionScopedDict, error_response_json, get_account_id, json_response
from ministack.services import ecr

_Data = dict[str, Any]
_PREFIX: Final = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*/?")
_LONGEST_PREFIX: Final = 30
_OPEN: Final = ("public.ecr.aws", "quay.io", "registry.k8s.io")
_WITH_CREDENTIAL: Final = ("registry-1.docker.io", "ghcr.io", "registry.gitlab.com")
_APPLIED_FOR: Final = {"PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"}
_FREQUENCIES: Final = {"ENHANCED": {"CONTINUOUS_SCAN", "SCAN_ON_PUSH"}, "BASIC": {"SCAN_ON_PUSH", "MANUAL"}}
_MOST_RULES, _MOST_DESTINATIONS = 10, 25

_rules: Final = AccountRegionScopedDict()
_templates: Final = AccountRegionScopedDict()
_settings: Final = AccountRegionScopedDict()


class _RefusalError(Exception):
    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def keep_registry_settings() -> None:
    """Make ECR in this process answer them.

    Raises:
        RuntimeError: ministack has one of them by now: take it out here.
    """
    handle: Any = ecr.handle_request
    source = inspect.getsource(handle)
    # The emulator's own answer lacks the replication settings.
    if known := sorted(name for name in _CALLS if f'"{name}"' in source and name != "DescribeRegistry"):
        raise RuntimeError(f"ministack has {', '.join(known)} now: take them out of rehearsal/cloud/registry_calls.py")

    async def answer(method: str, path: str, headers: Any, body: Any, query: Any) -> Any:
        call = _CALLS.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if call is None:
            return await handle(method, path, headers, body, query)
        try:
            return json_response({"registryId": get_account_id(), **call(json.loads(body or b"{}"))})
        except _RefusalError as refused:
            return error_response_json(refused.code, str(refused), 400)

    ecr.handle_request = answer


def _create_rule(data: _Data) -> _Data:
    prefix, upstream = data.get("ecrRepositoryPrefix", ""), data.get("upstreamRegistryUrl", "")
    if not _PREFIX.fullmatch(prefix) or len(prefix) > _LONGEST_PREFIX:
        raise _invalid(f"Invalid parameter at 'ecrRepositoryPrefix': {prefix!r}")
    if upstream not in (*_OPEN, *_WITH_CREDENTIAL):
        words = f"The specified upstream registry isn't supported: {upstream}"
        raise _RefusalError("UnsupportedUpstreamRegistryException", words)
    if upstream in _WITH_CREDENTIAL and ":secret:ecr-pullthroughcache/" not in data.get("credentialArn", ""):
        raise _invalid(f"The upstream registry {upstream} needs a credentialArn of a secret ecr-pullthroughcache/...")
    if prefix in _rules:
        words = f"A pull through cache rule with the repository prefix '{prefix}' already exists."
        raise _RefusalError("PullThroughCacheRuleAlreadyExistsException", words)
    kept = ("ecrRepositoryPrefix", "upstreamRegistryUrl", "credentialArn", "upstreamRegistry")
    _rules[prefix] = {key: data[key] for key in kept if key in data}
    return _rules[prefix]


def _update_rule(data: _Data) -> _Data:
    rule = _rule(data.get("ecrRepositoryPrefix", ""))
    rule["credentialArn"] = data["credentialArn"]
    return rule


def _describe_rules(data: _Data) -> _Data:
    prefixes = data.get("ecrRepositoryPrefixes")
    found = [_rule(prefix) for prefix in prefixes] if prefixes else list(_rules.values())
    return {"pullThroughCacheRules": [{"registryId": get_account_id(), **rule} for rule in found]}


def _delete_rule(data: _Data) -> _Data:
    rule = _rule(data.get("ecrRepositoryPrefix", ""))
    del _rules[rule["ecrRepositoryPrefix"]]
    return rule


def _rule(prefix: str) -> _Data:
    if prefix not in _rules:
        words = f"The pull through cache rule with the repository prefix '{prefix}' does not exist."
        raise _RefusalError("PullThroughCacheRuleNotFoundException", words)
    return _rules[prefix]


def _create_template(data: _Data) -> _Data:
    prefix = data.get("prefix", "")
    if prefix in _templates:
        words = f"The repository creation template with the prefix '{prefix}' already exists."
        raise _RefusalError("TemplateAlreadyExistsException", words)
    if prefix != "ROOT" and not _PREFIX.fullmatch(prefix):
        raise _invalid(f"Invalid parameter at 'prefix': {prefix!r}")
    _templates[prefix] = _template({}, data)
    return {"repositoryCreationTemplate": _templates[prefix]}


def _update_template(data: _Data) -> _Data:
    found = _found_template(data)
    _templates[found["prefix"]] = _template(found, data)
    return {"repositoryCreationTemplate": _templates[found["prefix"]]}


def _describe_templates(data: _Data) -> _Data:
    wanted = data.get("prefixes")
    found = [each for prefix, each in _templates.items() if not wanted or prefix in wanted]
    return {"repositoryCreationTemplates": found}


def _delete_template(data: _Data) -> _Data:
    found = _found_template(data)
    del _templates[found["prefix"]]
    return {"repositoryCreationTemplate": found}


def _found_template(data: _Data) -> _Data:
    prefix = data.get("prefix", "")
    if prefix not in _templates:
        words = f"The repository creation template with the prefix '{prefix}' does not exist."
        raise _RefusalError("TemplateNotFoundException", words)
    return _templates[prefix]


def _template(before: _Data, data: _Data) -> _Data:
    made = {"imageTagMutability": "MUTABLE", **before, **data}
    if not set(made.get("appliedFor", [])) or not set(made["appliedFor"]) <= _APPLIED_FOR:
        raise _invalid(f"Invalid parameter at 'appliedFor': {made.get('appliedFor')}")
    _document(made.get("lifecyclePolicy", "{}"), "lifecyclePolicy")
    return made


def _put_policy(data: _Data) -> _Data:
    _settings["policy"] = _document(data.get("policyText", ""), "policyText")
    return {"policyText": _settings["policy"]}


def _get_policy(_data: _Data) -> _Data:
    if "policy" not in _settings:
        words = f"Registry policy does not exist in the registry with id '{get_account_id()}'"
        raise _RefusalError("RegistryPolicyNotFoundException", words)
    return {"policyText": _settings["policy"]}


def _delete_policy(data: _Data) -> _Data:
    found = _get_policy(data)
    del _settings["policy"]
    return found


def _put_scanning(data: _Data) -> _Data:
    kind, rules = data.get("scanType", "BASIC"), data.get("rules", [])
    wrong = [rule["scanFrequency"] for rule in rules if rule["scanFrequency"] not in _FREQUENCIES.get(kind, set())]
    if wrong:
        raise _invalid(f"Invalid scan frequency {', '.join(wrong)} for scan type {kind}")
    _settings["scanning"] = {"scanType": kind, "rules": rules}
    return {"registryScanningConfiguration": _settings["scanning"]}


def _get_scanning(_data: _Data) -> _Data:
    return {"scanningConfiguration": _settings.get("scanning") or {"scanType": "BASIC", "rules": []}}


def _put_replication(data: _Data) -> _Data:
    wanted = data["replicationConfiguration"]
    destinations = [each for rule in wanted["rules"] for each in rule["destinations"]]
    if len(wanted["rules"]) > _MOST_RULES or len(destinations) > _MOST_DESTINATIONS:
        raise _invalid(f"At most {_MOST_RULES} rules and {_MOST_DESTINATIONS} destinations")
    _settings["replication"] = wanted
    return {"replicationConfiguration": wanted}


def _describe_registry(_data: _Data) -> _Data:
    return {"replicationConfiguration": _settings.get("replication") or {"rules": []}}


def _document(text: str, key: str) -> str:
    try:
        json.loads(text)
    except ValueError:
        raise _invalid(f"Invalid parameter at '{key}' failed to satisfy constraint: 'must be JSON'") from None
    return text


def _invalid(words: str) -> _RefusalError:
    return _RefusalError("InvalidParameterException", words)


_CALLS: Final[dict[str, Callable[[_Data], _Data]]] = {
    "CreatePullThroughCacheRule": _create_rule,
    "CreateRepositoryCreationTemplate": _create_template,
    "DeletePullThroughCacheRule": _delete_rule,
    "DeleteRegistryPolicy": _delete_policy,
    "DeleteRepositoryCreationTemplate": _delete_template,
    "DescribePullThroughCacheRules": _describe_rules,
    "DescribeRegistry": _describe_registry,
    "DescribeRepositoryCreationTemplates": _describe_templates,
    "GetRegistryPolicy": _get_policy,
    "GetRegistryScanningConfiguration": _get_scanning,
    "PutRegistryPolicy": _put_policy,
    "PutRegistryScanningConfiguration": _put_scanning,
    "PutReplicationConfiguration": _put_replication,
    "UpdatePullThroughCacheRule": _update_rule,
    "UpdateRepositoryCreationTemplate": _update_template,
}
