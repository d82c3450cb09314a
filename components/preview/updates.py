"""Which resources are updated, and which of their properties."""

from collections.abc import Collection

from .additions import is_described
from .iam import described_properties
from .markdown import names
from .reading import Preview
from .removals import is_new_text
from .subjects import FIRST_ROTATION, FUNCTION, changed, is_component, is_description, is_routine, name, title


def updates(preview: Preview, consumers: Collection[str]) -> list[str]:
    """Lists updated properties by name only, since a value could be secret."""
    lines: list[str] = []
    for step in preview.steps:
        quiet = is_component(step) or step.adopts or is_routine(step) or is_described(step)
        if quiet or not (step.op == "update" or is_new_text(step)) or is_description(step):
            continue
        in_words = described_properties(step)
        if properties := [key for key in changed(step) if key not in in_words]:
            lines.append(f"{title(step, consumers)}: {names(properties)}")
    return lines


def descriptions(preview: Preview, consumers: Collection[str]) -> list[str]:
    """Resources where only descriptions and tags change."""
    return [
        f"{title(step, consumers)}: {names(properties)}"
        for step in preview.steps
        if is_description(step) and not is_component(step) and (properties := changed(step))
    ]


def routine(preview: Preview) -> list[str]:
    """What every change of access brings: the rotator's new plan and the rotation it triggers."""
    steps = [step for step in preview.steps if is_routine(step) and step.op != "same"]
    functions = [name(step) for step in steps if step.type == FUNCTION]
    rotates = any(step.type == FIRST_ROTATION for step in steps)
    return [
        *([f"the code and the plan of {names(functions)}"] if functions else []),
        *(["a rotation at the end of `up`"] if rotates else []),
    ]
