"""The note under a merge request: what a preview changes, to be read in ten seconds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..names import access as accesses
from ..names.registry_host import parse_registry_host
from . import iam as preview_iam
from . import subjects
from .additions import additions
from .markdown import block, code, names
from .picture import picture
from .policy_words import Right
from .reading import STACK, Preview, is_unknown
from .removals import adoptions, is_new_text, left, removals
from .rights import ACCESS, CONSUMERS, POLICY_OF_A_ROLE, Access, Who, access, whose
from .updates import descriptions, routine, updates

_MOST_LINES: Final = 20
_MOST_FOLDED: Final = 60
_MOST_NAMES: Final = 8
_SIGN_IN: Final = "sign in to ECR on **everything**"  # AWS has no narrower resource for it
_MESSAGE: Final = 500  # characters
_COUNTED: Final = (
    ("create", "to create"),
    ("adopt", "**to adopt**"),
    ("update", "to update"),
    ("replace", "**to replace**"),
    ("delete", "**to delete**"),
    ("leave", "to leave as it is"),
)


def marker(preview: Preview) -> str:
    """The hidden first line that lets a later run find this stack's note again."""
    stack = re.sub(r"[^\w./-]", "-", f"{preview.project}/{preview.stack}")
    return f"<!-- gitlab-ecr plan-note {stack} -->"


def note(preview: Preview) -> str:
    """The note as Markdown."""
    head = [marker(preview), f"### Access preview of {code(preview.stack or 'the stack')}", ""]
    if preview.errors:
        return "\n".join([*head, *_failed(preview)]) + "\n"
    found = access(preview)
    iam = preview_iam.changes(preview)
    hidden = [change for change in iam if _is_new(preview) and _is_usual(change)]
    sections = (
        ("Who may pull and push", _rights(found, iam)),
        ("Kinds of access", _ways(found)),
        ("Adopted", adoptions(preview)),
        ("Replaced and deleted", removals(preview, found.consumers)),
        ("No longer in the stack, and left as it is", left(preview)),
        ("New", additions(preview)),
        ("Other IAM changes", [str(change) for change in iam if change not in hidden]),
        ("Other updates", updates(preview, found.consumers)),
        ("Warnings", [code(warning, _MESSAGE) for warning in preview.warnings]),
        ("Cannot be known before up", _unknown(preview, found)),
        ("Not checked here", _not_checked(preview, found)),
    )
    folded = (
        ("IAM: who may use the new roles", _by_subject([change for change in hidden if change.opens])),
        ("IAM: what the new roles and users may do", _by_subject([change for change in hidden if not change.opens])),
        ("Descriptions and tags", descriptions(preview, found.consumers)),
        ("What comes with every change of access", [] if _is_new(preview) else routine(preview)),
    )
    lines = [*head, _counts(preview)]
    for title, entries in sections:
        if entries:
            lines += ["", f"**{title}**", "", *_bullets(entries)]
    for title, entries in folded:
        if entries:
            lines += ["", *_fold(title, _bullets(entries, _MOST_FOLDED))]
    return "\n".join([*lines, "", *_picture(found)]) + "\n"


def _is_new(preview: Preview) -> bool:
    """Whether nothing of the stack exists yet."""
    return any(step.op == "create" for step in preview.of_type(STACK))


def _is_usual(change: preview_iam.Change) -> bool:
    """Whether the change is one that every new stack makes and that grants nothing registry-wide."""
    return change.of_a_new_identity and "**everything**" not in change.words.replace(_SIGN_IN, "")


def _fold(title: str, lines: Sequence[str]) -> list[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>"]


def _failed(preview: Preview) -> list[str]:
    return [
        "**The preview failed, so what would change is unknown.**",
        "",
        *(block(error) for error in preview.errors),
        *(
            ["", "**Warnings**", "", *_bullets([code(text, _MESSAGE) for text in preview.warnings])]
            if preview.warnings
            else []
        ),
    ]


def _counts(preview: Preview) -> str:
    """How many resources change, without components and without what changes every time."""
    counted: dict[str, int] = {}
    for step in preview.steps:
        if step.op != "same" and not (subjects.is_component(step) or step.type == STACK or subjects.is_routine(step)):
            op = "adopt" if step.adopts else "update" if is_new_text(step) else "replace" if step.replaces else step.op
            op = "leave" if op == "delete" and step.stays else op
            counted[op] = counted.get(op, 0) + 1
    known = [f"{counted.pop(op)} {words}" for op, words in _COUNTED if op in counted]
    others = [f"{count} {code(op)}" for op, count in counted.items()]
    same = [f"{preview.counts['same']} unchanged"] if preview.counts.get("same") else []
    if all(step.op == "same" for step in preview.steps):
        return f"Nothing changes: {', '.join(same) or 'there is nothing'}."
    changes = [*known, *others] or ["No resource changes"]
    return f"{', '.join([*changes, *same])}."


def _rights(found: Access, iam: Sequence[preview_iam.Change]) -> list[str]:
    lost = _together(found.lost(), "**may no longer {right}**")
    gained = _together(found.gained(), "may now **{right}**")
    if lost or gained or iam:
        return [*lost, *gained]
    return ["nobody gains or loses a right"] if found.declared and not found.unsure else []


def _together(changes: Iterable[tuple[Who, Right]], verb: str) -> list[str]:
    """One line for everyone with the same change, largest group first."""
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
    """One line for everyone whose kind of access changes; who had no declared access before has not changed it."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for (kind, name), way in sorted(found.new_ways.items()):
        before = found.old_ways.get((kind, name), way if (kind, name) in found.old else "")
        if way != before:
            alike.setdefault((kind, way, before), []).append(name)
    return [
        f"{kind} {names(who, _MOST_NAMES)} by {code(way)}"
        + (f", **before by {code(before)}**" if before else "")
        + _NOTES.get(way, "")
        for (kind, way, before), who in sorted(alike.items(), key=lambda item: -len(item[1]))
    ] + ([_NO_TOKEN] if _without_token(found.new_ways) and not _without_token(found.old_ways) else [])


def _without_token(ways: Mapping[Who, str]) -> bool:
    """Whether all consumers fetch their login themselves, so that the rotator has no GitLab token."""
    of_consumers = {way for (kind, _), way in ways.items() if kind in CONSUMERS}
    return of_consumers == {accesses.Access.JOB_SECRET}


def _images(on: Sequence[str]) -> str:
    single = [name for name in on if "*" not in name]
    patterns = [name for name in on if "*" in name]
    parts = [names(single, _MOST_NAMES)] if single else []
    if "*" in patterns:
        parts.append("**every repository of the account**")
    elif patterns:
        parts.append(f"whatever {names(patterns, _MOST_NAMES)} will match")
    return " and ".join(parts)


def _by_subject(changes: Sequence[preview_iam.Change]) -> list[str]:
    by_subject: dict[str, list[str]] = {}
    for change in changes:
        by_subject.setdefault(change.subjects, []).append(change.words)
    return [f"{subject}: {'; '.join(words)}" for subject, words in by_subject.items()]


def _unknown(preview: Preview, found: Access) -> list[str]:
    lines: list[str] = []
    for step in preview.steps:
        properties = sorted(key for key, value in step.new.items() if is_unknown(value))
        if step.type in POLICY_OF_A_ROLE and "policy" in properties:
            who = whose(step)
            now = [f"{right} {_images([name])}" for right, name in sorted(found.old.get(who, ()))]
            before = f" (today: {', '.join(now[:_MOST_NAMES])})" if now else ""
            lines.insert(0, f"**what {who[0]} {code(who[1])} may do**{before}")
        elif properties and step.type not in {STACK, ACCESS} and not subjects.is_component(step):
            lines.append(f"{subjects.title(step, found.consumers)}: {names(properties)}")
    lines += [
        f"what {kind} {code(name)} may pull and push" for kind, name in sorted(found.unsure) if kind not in _ROLES
    ]
    return lines


_NO_TOKEN: Final = "**no GitLab token**: jobs fetch every login themselves; the rotator does not call GitLab"  # noqa: S105 - words
_NOTES: Final = {
    accesses.Access.ACCESS_KEYS.value: ": keys that do not expire",
    accesses.Access.JOB_SECRET.value: ": needs GitLab 18.3 Premium or Ultimate, and GitLab Runner 18.2",
}
_ROLES: Final = frozenset(POLICY_OF_A_ROLE.values())


def _not_checked(preview: Preview, found: Access) -> list[str]:
    """What only a GitLab token could check; a preview has none, on purpose."""
    made = {
        subjects.owner(step, found.consumers)
        for type_ in subjects.VARIABLES
        for step in preview.of_type(type_)
        if step.op == "create"
    }
    made |= {
        who[1]
        for who in found.new.keys() - found.old.keys()
        if who[0] in CONSUMERS and found.new_ways.get(who) != accesses.Access.JOB_SECRET
    }
    lines = [
        f"whether {code(host)} lets {kind} {code(name)} in: across accounts both sides must allow it: that "
        "account's repository policies and the role here"
        for (kind, name), host in sorted(_into_other_accounts(found))
    ]
    if not made:
        return lines
    exist = "exists in GitLab, and which variables it has"
    if len(made) > 1:
        exist = "exist in GitLab, and which variables they have"
    what = f"whether {names(sorted(made), _MOST_NAMES)} {exist}"
    return [f"{what}: this needs a GitLab token; `gitlab-ecr check` on the protected branch finds out", *lines]


def _into_other_accounts(found: Access) -> set[tuple[Who, str]]:
    """Who gains access to a registry of another account, and its host."""
    own = parse_registry_host(found.registry)
    hosts = {(who, right[1].partition("/")[0]) for who, right in found.gained()}
    return {
        (who, host)
        for who, host in hosts
        if own and (other := parse_registry_host(host)) and other.account != own.account
    }


def _bullets(lines: Sequence[str], most: int = _MOST_LINES) -> list[str]:
    more = len(lines) - most
    return [f"- {line}" for line in lines[:most]] + ([f"- and {more} more"] if more > 0 else [])


def _picture(found: Access) -> list[str]:
    drawn = picture(found)
    if drawn is None:
        drawable = any(rights for who, rights in found.new.items() if who not in found.unsure)
        return ["_No picture: there are too many rights._"] if drawable else []
    title = (
        "Who may pull and push what" if found.declared else "Of the roles in this preview, who may pull and push what"
    )
    block_of_mermaid = ["```mermaid", drawn, "```"]
    if not any(True for _ in (*found.gained(), *found.lost())):
        return _fold(title, block_of_mermaid)
    return [f"{title} (thick: new, dotted: removed):", "", *block_of_mermaid]
