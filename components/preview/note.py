"""The note under a merge request: what a preview changes, for a person who has ten seconds."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ..names.registry_host import parse_registry_host
from . import iam as preview_iam
from .markdown import block, code, names
from .picture import picture
from .policy_words import Right
from .reading import STACK, Preview, Step, is_unknown
from .rights import ACCESS, POLICY_OF_A_ROLE, Access, Who, access, whose

_MOST_LINES: Final = 20
_MOST_NAMES: Final = 8
_MESSAGE: Final = 500  # characters
_COUNTED: Final = (
    ("create", "to create"),
    ("update", "to update"),
    ("replace", "**to replace**"),
    ("delete", "**to delete**"),
    ("same", "unchanged"),
)
_REPOSITORY: Final = "aws:ecr/repository:Repository"
_VARIABLES: Final = ("gitlab:index/groupVariable:GroupVariable", "gitlab:index/projectVariable:ProjectVariable")
_TOLD_ABOVE: Final = frozenset({ACCESS, *preview_iam.POLICIES})


def marker(preview: Preview) -> str:
    """The hidden first line by which a later run finds the note of this stack again."""
    stack = re.sub(r"[^\w./-]", "-", f"{preview.project}/{preview.stack}")
    return f"<!-- gitlab-ecr plan-note {stack} -->"


def note(preview: Preview) -> str:
    """The note as Markdown."""
    head = [marker(preview), f"### Access preview of {code(preview.stack or 'the stack')}", ""]
    if preview.errors:
        return "\n".join([*head, *_failed(preview)]) + "\n"
    found = access(preview)
    sections = (
        ("Who may pull and push", _rights(found)),
        ("By what they get in", _ways(found)),
        ("Replaced and deleted", _gone(preview, found)),
        ("Other IAM changes", preview_iam.changes(preview)),
        ("Other updates", _updates(preview, found)),
        ("Warnings", [code(warning, _MESSAGE) for warning in preview.warnings]),
        ("Cannot be known before up", _unknown(preview, found)),
        ("Not checked here", _not_checked(preview, found)),
    )
    lines = [*head, _counts(preview)]
    for title, entries in sections:
        if entries:
            lines += ["", f"**{title}**", "", *_bullets(entries)]
    return "\n".join([*lines, "", *_picture(found)]) + "\n"


def _failed(preview: Preview) -> list[str]:
    return [
        "**The program failed in the preview, so nothing can be said of what would change.**",
        "",
        *(block(error) for error in preview.errors),
        *(
            ["", "**Warnings**", "", *_bullets([code(text, _MESSAGE) for text in preview.warnings])]
            if preview.warnings
            else []
        ),
    ]


def _counts(preview: Preview) -> str:
    known = [f"{preview.counts[op]} {words}" for op, words in _COUNTED if preview.counts.get(op)]
    others = [f"{count} {code(op)}" for op, count in preview.counts.items() if op not in dict(_COUNTED)]
    if set(preview.counts) <= {"same"}:
        return f"Nothing changes: {', '.join(known) or 'there is nothing'}."
    return f"{', '.join([*known, *others])}."


def _rights(found: Access) -> list[str]:
    lost = _together(found.lost(), "**may no longer {right}**")
    gained = _together(found.gained(), "may now **{right}**")
    if lost or gained:
        return [*lost, *gained]
    return ["nobody gains or loses a right"] if found.declared and not found.unsure else []


def _together(changes: Iterable[tuple[Who, Right]], verb: str) -> list[str]:
    """One line for all that change alike, those with the most in common first."""
    by_who: dict[tuple[Who, str], list[str]] = {}
    for who, (right, name) in changes:
        by_who.setdefault((who, right), []).append(name)
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for ((kind, name), right), on in by_who.items():
        alike.setdefault((kind, right, tuple(on)), []).append(name)
    return [
        f"{kind} {names(who, _MOST_NAMES)} {verb.format(right=right)} {_images(on)}"
        for (kind, right, on), who in sorted(alike.items(), key=lambda item: -len(item[1]))
    ]


def _ways(found: Access) -> list[str]:
    """One line for all who get in another way than before; who was there and told no way has not changed it."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for (kind, name), way in sorted(found.new_ways.items()):
        before = found.old_ways.get((kind, name), way if (kind, name) in found.old else "")
        if way != before:
            alike.setdefault((kind, way, before), []).append(name)
    return [
        f"{kind} {names(who, _MOST_NAMES)} by {code(way)}"
        + (f", **before by {code(before)}**" if before else "")
        + (": keys that do not expire" if way == _KEYS else "")
        for (kind, way, before), who in sorted(alike.items(), key=lambda item: -len(item[1]))
    ]


def _images(on: Sequence[str]) -> str:
    single = [name for name in on if "*" not in name]
    patterns = [name for name in on if "*" in name]
    parts = [names(single, _MOST_NAMES)] if single else []
    if "*" in patterns:
        parts.append("**every repository of the account**")
    elif patterns:
        parts.append(f"whatever {names(patterns, _MOST_NAMES)} will match")
    return " and ".join(parts)


def _gone(preview: Preview, found: Access) -> list[str]:
    """Repositories first; a line for all that goes in the same way."""
    alike: dict[str, list[str]] = {}
    for verb, steps in (
        ("replaces", [step for step in preview.steps if step.replaces]),
        ("deletes", [step for step in preview.steps if step.deletes]),
    ):
        for step in sorted(steps, key=lambda step: (step.type != _REPOSITORY, step.type, step.name)):
            line = f"**{verb} {preview_iam.kind(step)}** {{}}{_consequence(step)}"
            alike.setdefault(line, []).append(preview_iam.name(step, found.consumers))
    return [line.replace("{}", names(called, _MOST_NAMES), 1) for line, called in alike.items()]


def _consequence(step: Step) -> str:
    reason = f", because of {names(step.replaced_for)}" if step.replaced_for else ""
    if step.type != _REPOSITORY:
        return reason
    images = "**and every image in it**" if step.old.get("forceDelete") is True else "(refused while images are in it)"
    return f" {images}{reason}"


def _updates(preview: Preview, found: Access) -> list[str]:
    """Names of properties only: a value could be one that nobody may see."""
    return [
        f"{preview_iam.kind(step)} {code(preview_iam.name(step, found.consumers))}: {names(step.changed)}"
        for step in preview.steps
        if step.op == "update" and step.changed and step.type not in _TOLD_ABOVE
    ]


def _unknown(preview: Preview, found: Access) -> list[str]:
    lines: list[str] = []
    for step in preview.steps:
        properties = sorted(key for key, value in step.new.items() if is_unknown(value))
        if step.type in POLICY_OF_A_ROLE and "policy" in properties:
            who = whose(step)
            now = [f"{right} {_images([name])}" for right, name in sorted(found.old.get(who, ()))]
            before = f" (today: {', '.join(now[:_MOST_NAMES])})" if now else ""
            lines.insert(0, f"**what {who[0]} {code(who[1])} may do**{before}")
        elif properties and step.type not in {STACK, ACCESS}:
            lines.append(
                f"{preview_iam.kind(step)} {code(preview_iam.name(step, found.consumers))}: {names(properties)}"
            )
    lines += [
        f"what {kind} {code(name)} may pull and push" for kind, name in sorted(found.unsure) if kind not in _ROLES
    ]
    return lines


_KEYS: Final = "access-keys"
_ROLES: Final = frozenset(POLICY_OF_A_ROLE.values())


def _not_checked(preview: Preview, found: Access) -> list[str]:
    """What only a GitLab token could tell; a preview has none, on purpose."""
    made = {
        preview_iam.name(step, found.consumers)
        for type_ in _VARIABLES
        for step in preview.of_type(type_)
        if step.op == "create"
    }
    made |= {name for kind, name in found.new.keys() - found.old.keys() if kind in {"project", "group"}}
    lines = [
        f"whether {code(host)} lets {kind} {code(name)} in: across accounts both sides have to allow, its repository "
        "policies as well as the role here"
        for (kind, name), host in sorted(_into_other_accounts(found))
    ]
    if not made:
        return lines
    what = f"whether {names(sorted(made), _MOST_NAMES)} exists in GitLab, and what variables it has already"
    return [f"{what}: that needs a token; `gitlab-ecr check` on the protected branch looks", *lines]


def _into_other_accounts(found: Access) -> set[tuple[Who, str]]:
    """Who newly reaches a registry of another account, and its host."""
    own = parse_registry_host(found.registry)
    hosts = {(who, right[1].partition("/")[0]) for who, right in found.gained()}
    return {
        (who, host)
        for who, host in hosts
        if own and (other := parse_registry_host(host)) and other.account != own.account
    }


def _bullets(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _MOST_LINES
    return [f"- {line}" for line in lines[:_MOST_LINES]] + ([f"- and {more} more"] if more > 0 else [])


def _picture(found: Access) -> list[str]:
    drawn = picture(found)
    if drawn is None:
        drawable = any(rights for who, rights in found.new.items() if who not in found.unsure)
        return ["_No picture: too many rights for one._"] if drawable else []
    whole = (
        "Who may pull and push what" if found.declared else "Of the roles in this preview, who may pull and push what"
    )
    return [f"{whole} (thick: new, dotted: goes):", "", "```mermaid", drawn, "```"]
