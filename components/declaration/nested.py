"""Checks consumers below other consumers: if several variables have one key, a job sees only the nearest."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from ..consumers.args import Access, ConsumerArgs
from ..consumers.checks import access_of
from ..names.locations import Mistakes
from ..names.repository_patterns import matches

_LISTS: Final = ("pull", "caches")
_WITH_VARIABLE: Final = (
    Access.ROTATED_VARIABLE,
    Access.STATIC,
    Access.CREDENTIAL_HELPER,
    Access.CREDENTIALS_STORE,
)


def find_nested(consumers: Mapping[str, ConsumerArgs]) -> Mistakes:
    """Finds consumers whose `DOCKER_AUTH_CONFIG` hides those of the groups above, and what their jobs lose."""
    found = Mistakes()
    for path, consumer in consumers.items():
        if not _has_variable(consumer):
            continue
        parts = path.split("/")
        above = ["/".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1)]
        groups = {
            group: consumers[group]
            for group in above
            if group in consumers and _has_variable(consumers[group]) and _meet(consumer, consumers[group])
        }
        lost, lines = _lost(consumer, groups)
        if lost:
            hidden = " and ".join(f"of group {group}" for group in groups)
            found.warn(
                *("consumers", path),
                text=f"its DOCKER_AUTH_CONFIG completely replaces the one {hidden}, so jobs of {path} lose "
                f"{'; '.join(lost)}. To keep all of that, write {' and '.join(lines)}",
            )
    return found


def _has_variable(consumer: ConsumerArgs) -> bool:
    access = access_of(consumer)
    return access in _WITH_VARIABLE and (access is not Access.ROTATED_VARIABLE or bool(consumer.get("pull")))


def _meet(one: ConsumerArgs, other: ConsumerArgs) -> bool:
    """Whether a job of some environment sees the variables of both."""
    return any(
        fnmatchcase(mine, theirs) or fnmatchcase(theirs, mine)
        for mine in one.get("environment_scopes", ["*"])
        for theirs in other.get("environment_scopes", ["*"])
    )


def _lost(consumer: ConsumerArgs, groups: Mapping[str, ConsumerArgs]) -> tuple[list[str], list[str]]:
    """What is lost, group by group, and the lines that keep it."""
    lost, lines = list[str](), dict[str, str]()
    kept: dict[str, list[str]] = {key: list(consumer.get(key, [])) for key in _LISTS}
    own = access_of(consumer)
    for group, options in groups.items():
        access = access_of(options)
        if access is not own:
            lost.append(f"its access {access.value} ({_words(options)})")
            lines[f"access of {group}"] = f"the same `access`: {access.value}, or leave the consumer out"
            continue
        for key in _LISTS:
            missing = [name for name in options.get(key, []) if not any(matches(has, name) for has in kept[key])]
            if missing:
                lost.append(f"{', '.join(missing)} (`{key}` of {group})")
                kept[key] += missing
                lines[key] = f"`{key}`: [{', '.join(map(_quoted, kept[key]))}]"
        hosts = [host for host in options.get("auths", {}) if host not in consumer.get("auths", {})]
        if hosts:
            lost.append(f"the logins of {', '.join(hosts)} (`auths` of {group})")
            lines[f"auths of {group}"] = f"{', '.join(hosts)} below its own `auths`"
        places = [place for place in options.get("registries", []) if place not in consumer.get("registries", [])]
        if places:
            named = ", ".join(f"{place['account']} in {place['region']}" for place in places)
            lost.append(f"the registries {named} (`registries` of {group})")
            lines[f"registries of {group}"] = f"{named} below its own `registries`"
    return lost, list(lines.values())


def _words(consumer: ConsumerArgs) -> str:
    if hosts := consumer.get("auths"):
        return ", ".join(hosts)
    return ", ".join([*consumer.get("pull", []), *consumer.get("caches", [])]) or consumer.get("helper", "ecr-login")


def _quoted(pattern: str) -> str:
    return f'"{pattern}"' if "*" in pattern else pattern
