"""Describes what is new in AWS and GitLab besides rights: repositories, caches, registry-wide settings, runners."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from .markdown import code, duration, names
from .reading import Preview, Step, mapping
from .subjects import name

_REPOSITORY: Final = "aws:ecr/repository:Repository"
_SHOWN: Final = 8
_AUDIENCE: Final = "/audience/"


def additions(preview: Preview) -> list[str]:
    """One line for each new thing that a reviewer would ask about; repositories share one."""
    repositories = [name(step) for step in preview.of_type(_REPOSITORY) if step.op == "create"]
    lines = [f"repositories {names(sorted(repositories), _SHOWN)}"] if repositories else []
    lines += [words for step in preview.steps if step.op in {"create", "update"} for words in _lines(step)]
    return lines


def is_described(step: Step) -> bool:
    """Whether the additions describe the step, so that it need not be listed again."""
    return step.op == "update" and any(True for _ in _lines(step))


def _lines(step: Step) -> Iterator[str]:
    if step.type in _WORDS:
        changes = "" if step.op == "create" else "now: "
        yield from (f"{changes}{words}" for words in _WORDS[step.type](step.new))


def _cache(inputs: Mapping[str, Any]) -> Iterator[str]:
    prefix = str(inputs.get("ecrRepositoryPrefix"))
    login = " with a login of its own" if inputs.get("credentialArn") else ""
    yield (
        f"cache {code(prefix)} of {code(str(inputs.get('upstreamRegistryUrl')))}{login}: the first pull of an image "
        f"makes a repository below {code(f'{prefix}/')}"
    )


def _scanning(inputs: Mapping[str, Any]) -> Iterator[str]:
    frequencies = {"CONTINUOUS_SCAN": "continuously", "SCAN_ON_PUSH": "at each push", "MANUAL": "on demand"}
    scan = str(inputs.get("scanType", "BASIC")).lower()
    for rule in _items(inputs.get("rules")):
        filters = [str(entry.get("filter")) for entry in _items(rule.get("repositoryFilters"))]
        frequency = str(rule.get("scanFrequency"))
        yield (
            f"scanning of **the whole registry**: {scan}, {frequencies.get(frequency, code(frequency))}, "
            f"of {names(filters, _SHOWN)}"
        )


def _replication(inputs: Mapping[str, Any]) -> Iterator[str]:
    for rule in _items(mapping(inputs.get("replicationConfiguration")).get("rules")):
        prefixes = [f"{entry.get('filter')}*" for entry in _items(rule.get("repositoryFilters"))]
        for destination in _items(rule.get("destinations")):
            what = names(prefixes, _SHOWN) if prefixes else "**every repository**"
            where = f"account {code(str(destination.get('registryId')))} in {code(str(destination.get('region')))}"
            yield f"replication of **the whole registry**: new images of {what} are copied to {where}"


def _login(inputs: Mapping[str, Any]) -> Iterator[str]:
    name = str(inputs.get("name"))
    if _AUDIENCE in name:
        key = f", encrypted with {code(str(inputs['kmsKeyId']))}" if inputs.get("kmsKeyId") else ""
        yield f"secret {code(name)}{key}: the login that jobs of {code(name.partition(_AUDIENCE)[2])} fetch themselves"


def _renewal(inputs: Mapping[str, Any]) -> Iterator[str]:
    days = str(mapping(inputs.get("rotationRules")).get("automaticallyAfterDays")).removesuffix(".0")
    yield (
        f"renewal of the GitLab token in {code(str(inputs.get('secretId')))} by Secrets Manager itself, which calls "
        f"GitLab at the end of this `up` and every {days} days: the secret must hold a token before"
    )


def _machine(inputs: Mapping[str, Any]) -> Iterator[str]:
    profile = mapping(inputs.get("iamInstanceProfile")).get("name")
    role = f", with the instance profile {code(str(profile))}" if profile else ""
    yield (
        f"launch template {code(str(inputs.get('name')))}: machines of type {code(str(inputs.get('instanceType')))} "
        f"from {code(str(inputs.get('imageId')))}{role}"
    )


def _runner(inputs: Mapping[str, Any]) -> Iterator[str]:
    owners = (f"{kind} {code(str(inputs[f'{kind}Id']))}" for kind in ("group", "project") if inputs.get(f"{kind}Id"))
    where = next(owners, "**the whole instance**")
    tags = [str(tag) for tag in cast("list[Any]", inputs.get("tagLists") or [])]
    jobs = f"jobs with {names(tags, _SHOWN)}" if tags else "jobs without tags"
    also = " and jobs without tags" if tags and inputs.get("untagged") is True else ""
    only = ", of protected branches and tags alone" if inputs.get("accessLevel") == "ref_protected" else ""
    timeout = inputs.get("maximumTimeout")
    longest = f", each for at most {duration(timeout)}" if timeout else ""
    paused = "; it is **paused**" if inputs.get("paused") is True else ""
    who = f"runner {code(str(inputs.get('description', '')))} of {where}"
    yield f"{who}: takes {jobs}{also}{only}{longest}{paused}"


def _schedule(inputs: Mapping[str, Any]) -> Iterator[str]:
    when = f"{inputs.get('cron')} {inputs.get('cronTimezone') or 'UTC'}"
    active = "; it is **not active**" if inputs.get("active") is False else ""
    yield (
        f"pipeline schedule {code(str(inputs.get('description')))} of project {code(str(inputs.get('project')))}: "
        f"{code(str(inputs.get('ref')))} at {code(when)}{active}"
    )


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": _cache,
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _scanning,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _replication,
    "aws:ec2/launchTemplate:LaunchTemplate": _machine,
    "aws:secretsmanager/secret:Secret": _login,
    "aws:secretsmanager/secretRotation:SecretRotation": _renewal,
    "gitlab:index/pipelineSchedule:PipelineSchedule": _schedule,
    "gitlab:index/userRunner:UserRunner": _runner,
}


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [mapping(item) for item in cast("list[Any]", value)] if isinstance(value, list) else []
