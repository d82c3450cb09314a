"""What GitLab stores about a runner: it is part of the registration, never of config.toml."""

from typing import Any, Final

from ..arguments import numbers
from ..names.locations import Mistakes
from .args import RunnerArgs, RunnerOptions

_SHORTEST_TIMEOUT: Final = 600
_LONGEST_NOTE: Final = 1024


def registration(args: RunnerArgs) -> dict[str, Any]:
    """The inputs of `gitlab.UserRunner`.

    Raises:
        MistakesError: each names its argument, its value, and what to write instead.
    """
    options, mistakes = args["options"], Mistakes()
    inputs = _owner(options, mistakes)
    tags, note, timeout = options.get("tags", []), options.get("maintenance_note"), options.get("maximum_timeout")
    untagged = options.get("run_untagged", not tags)
    if not untagged and not tags:
        mistakes.add("runner", "run_untagged", text="got false without tags, so no job would ever run; write tags")
    for position, tag in enumerate(tags):
        if not tag.strip() or "," in tag:
            text = f"got {tag!r}; write each tag as an entry of its own, such as docker"
            mistakes.add("runner", "tags", position, text=text)
    if timeout is not None and timeout < _SHORTEST_TIMEOUT:
        mistakes.add("runner", "maximum_timeout", text=f"got {timeout}; write at least {_SHORTEST_TIMEOUT} seconds")
    if note is not None and len(note) > _LONGEST_NOTE:
        text = f"got {len(note)} characters; write at most {_LONGEST_NOTE}"
        mistakes.add("runner", "maintenance_note", text=text)
    mistakes.refuse()
    inputs |= {
        "description": options.get("description", args["name"]),
        "tag_lists": tags,
        "untagged": untagged,
        "locked": options.get("locked", "project_id" in inputs),
        "access_level": "ref_protected" if options.get("protected", False) else "not_protected",
        # The provider does not change what it is not sent: a paused runner would stay paused.
        "paused": options.get("paused", False),
        "maintenance_note": note or "",
    }
    return inputs if timeout is None else inputs | {"maximum_timeout": timeout}


def is_shared(options: RunnerOptions) -> bool:
    """Whether jobs of several projects share the runner's machine."""
    return options.get("project_id") is None


def _owner(options: RunnerOptions, mistakes: Mistakes) -> dict[str, Any]:
    group, project = options.get("group_id"), options.get("project_id")
    if group is not None and project is not None:
        text = "got group_id and project_id; write one of them, or none for the whole instance"
        mistakes.add("runner", text=text)
    for kind, number in (("group", group), ("project", project)):
        if number is not None:
            with mistakes.at():
                found = numbers.number(number, "runner", f"{kind}_id", whose=f"{kind}'s")
                return {"runner_type": f"{kind}_type", f"{kind}_id": found}
    return {"runner_type": "instance_type"}
