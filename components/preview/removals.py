"""Describes what is replaced, deleted or adopted, and the consequences."""

from collections.abc import Iterable
from typing import Final

from .markdown import code, names
from .reading import Preview, Step
from .subjects import VARIABLES, changed, is_component, is_routine, kind, name, owner

_REPOSITORY: Final = "aws:ecr/repository:Repository"
_LIFECYCLE: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
_PARTS: Final = {
    _LIFECYCLE: "repository",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "repository",
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:iam/userPolicy:UserPolicy": "user",
}
"""Types that are part of another resource and removed with it, by the property that names the other."""
_TAGS: Final = "imageTagMutability"
_MOST_NAMES: Final = 8


def is_new_text(step: Step) -> bool:
    """Whether a replacement only changes a lifecycle policy, which the provider cannot update in place."""
    return step.type == _LIFECYCLE and step.replaces and step.replaced_for == ("policy",)


def removals(preview: Preview, consumers: Iterable[str]) -> list[str]:
    """One line for everything removed in the same way, repositories first."""
    paths = list(consumers)
    gone = {name(step) for step in preview.steps if step.deletes and step.type not in _PARTS}
    alike: dict[str, list[str]] = {}
    for verb, steps in (
        ("replaces", [step for step in preview.steps if step.replaces and not step.adopts]),
        ("deletes", [step for step in preview.steps if step.deletes]),
    ):
        for step in sorted(steps, key=lambda step: (step.type != _REPOSITORY, step.type, step.name)):
            if is_component(step) or is_routine(step) or is_new_text(step) or _goes_with(step, gone):
                continue
            alike.setdefault(_line(verb, step, paths), []).append(name(step))
    return [line.replace("{}", names(called, _MOST_NAMES), 1) for line, called in alike.items()]


def left(preview: Preview) -> list[str]:
    """What leaves the stack and stays where it is."""
    steps = [step for step in preview.steps if step.op == "delete" and step.stays and not is_component(step)]
    alike: dict[str, list[str]] = {}
    for step in sorted(steps, key=lambda step: (step.type != _REPOSITORY, step.type, step.name)):
        images = ", with its images" if step.type == _REPOSITORY else ""
        alike.setdefault(f"{kind(step)} {{}}{images}", []).append(name(step))
    return [line.replace("{}", names(called, _MOST_NAMES), 1) for line, called in alike.items()]


def adoptions(preview: Preview) -> list[str]:
    """Existing resources that this stack takes over, with changes to them in bold."""
    lines: list[str] = []
    for step in preview.steps:
        if not step.adopts:
            continue
        what = f"**adopts {kind(step)}** {code(name(step))}"
        if step.replaces:
            lines.append(f"{what}, and **replaces it**{_consequence(step)}")
        elif step.op == "update":
            lines.append(f"{what}, and changes {', '.join(_bold(step, key) for key in changed(step))}")
        else:
            lines.append(f"{what}, which already has the declared settings")
    return lines


def _bold(step: Step, key: str) -> str:
    """The property, with its new value if it is not secret."""
    value = step.new.get(key)
    return f"**{code(key)}**" + (f" to {code(str(value))}" if key == _TAGS and isinstance(value, str) else "")


def _goes_with(step: Step, gone: set[str]) -> bool:
    return step.deletes and step.type in _PARTS and str(step.old.get(_PARTS[step.type])) in gone


def _line(verb: str, step: Step, consumers: Iterable[str]) -> str:
    of = f" of {code(owner(step, list(consumers)))}" if step.type in VARIABLES else ""
    return f"**{verb} {kind(step)}** {{}}{of}{_consequence(step)}"


def _consequence(step: Step) -> str:
    reason = f", because of {names(step.replaced_for)}" if step.replaced_for else ""
    if step.type != _REPOSITORY:
        return reason
    images = "**and every image in it**" if step.old.get("forceDelete") is True else "(refused while images are in it)"
    return f" {images}{reason}"
