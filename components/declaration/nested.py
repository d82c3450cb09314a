"""Checks consumers below other consumers: if several variables have one key, a job sees only the nearest."""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Final

from ..consumers.args import ConsumerArgs
from ..consumers.checks import access_of, has_docker_auth_config
from ..consumers.forms import HELPER
from ..consumers.instance import is_instance
from ..names.locations import Mistakes
from ..names.registries import RegistryArgs
from ..names.registry_host import HostForm
from ..names.repository_patterns import matches

_PATTERNS: Final = ("pull", "caches")
_OTHERS: Final = {"auths": "the logins of", "registries": "the registries", "host_forms": "the host forms"}


def find_nested(consumers: Mapping[str, ConsumerArgs], own: RegistryArgs) -> Mistakes:
    """Finds consumers whose `DOCKER_AUTH_CONFIG` hides those of the groups above, and what their jobs lose.

    Args:
        consumers: the declared consumers.
        own: the registry of the stack, which a consumer without `registries` uses.
    """
    found = Mistakes()
    instances = [path for path, consumer in consumers.items() if is_instance(consumer)]
    for path, consumer in consumers.items():
        if not has_docker_auth_config(consumer):
            continue
        owners = {
            owner: consumers[owner]
            for owner in _above(path, consumers, instances)
            if has_docker_auth_config(consumers[owner]) and _meet(consumer, consumers[owner])
        }
        lost, lines = _lost(consumer, owners, own)
        if lost:
            hidden = " and ".join(f"of {_called(owner, options)}" for owner, options in owners.items())
            found.warn(
                *("consumers", path),
                text=f"its DOCKER_AUTH_CONFIG completely replaces the one {hidden}, so jobs of {path} lose "
                f"{'; '.join(lost)}. To keep all of that, write {' and '.join(lines)}",
            )
    return found


def _above(path: str, consumers: Mapping[str, ConsumerArgs], instances: Collection[str]) -> list[str]:
    """The groups above, the nearest first, and the instance, which is above everything."""
    if path in instances:
        return []
    parts = path.split("/")
    groups = ["/".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1)]
    return [*(group for group in groups if group in consumers and group not in instances), *instances]


def _called(owner: str, options: ConsumerArgs) -> str:
    return "the instance" if is_instance(options) else f"group {owner}"


def _meet(one: ConsumerArgs, other: ConsumerArgs) -> bool:
    """Whether a job of some environment sees the variables of both."""
    return any(
        fnmatchcase(mine, theirs) or fnmatchcase(theirs, mine)
        for mine in one.get("environment_scopes", ["*"])
        for theirs in other.get("environment_scopes", ["*"])
    )


def _lost(consumer: ConsumerArgs, groups: Mapping[str, ConsumerArgs], own: RegistryArgs) -> tuple[list[str], list[str]]:
    """What is lost, group by group, and the lines that keep it."""
    lost, lines = list[str](), dict[str, str]()
    kept = {key: _values(consumer, key, own) for key in (*_PATTERNS, *_OTHERS)}
    for group, options in groups.items():
        if (access := access_of(options)) is not access_of(consumer):
            lost.append(f"its access {access.value} ({_words(options)})")
            lines[f"access of {group}"] = f"the same `access`: {access.value}, or leave the consumer out"
            continue
        for key in _PATTERNS:
            missing = [
                name for name in options.get(key, []) if not any(matches(pattern, name) for pattern in kept[key])
            ]
            if missing:
                lost.append(f"{', '.join(_all_but(name, kept[key]) for name in missing)} (`{key}` of {group})")
                kept[key] = [name for name in kept[key] if not any(matches(more, name) for more in missing)] + missing
                lines[key] = f"`{key}`: [{', '.join(map(_quoted, kept[key]))}]"
        for key, what in _OTHERS.items():
            if absent := [value for value in _values(options, key, own) if value not in kept[key]]:
                kept[key] += absent
                lost.append(f"{what} {', '.join(absent)} (`{key}` of {group})")
                lines[key] = f"{', '.join(kept[key])} below its own `{key}`"
        if (helper := _helper(options)) != _helper(consumer):
            lost.append(f"the helper {helper} (`helper` of {group})")
            lines[f"helper of {group}"] = f"the same `helper`: {helper}, or leave the consumer out"
    return lost, list(lines.values())


def _values(consumer: ConsumerArgs, key: str, own: RegistryArgs) -> list[str]:
    if key == "registries":
        where = consumer.get("registries") or [own]
        return [f"{registry['account']} in {registry['region']}" for registry in where]
    return [value for value in consumer.get(key, []) if value != HostForm.CLASSIC]  # which every document has


def _helper(consumer: ConsumerArgs) -> str:
    return consumer.get("helper", HELPER)


def _all_but(lost: str, kept: Collection[str]) -> str:
    """The pattern that is lost, without what of it is kept."""
    own = [name for name in kept if matches(lost, name)]
    return f"{lost} except {' and '.join(own)}" if own else lost


def _words(consumer: ConsumerArgs) -> str:
    if hosts := consumer.get("auths"):
        return ", ".join(hosts)
    return ", ".join([*consumer.get("pull", []), *consumer.get("caches", [])]) or _helper(consumer)


def _quoted(pattern: str) -> str:
    return f'"{pattern}"' if "*" in pattern else pattern
