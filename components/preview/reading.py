"""Reads the output of `pulumi preview --json` into plain values.

That JSON lacks two things (recorded with engine 3.2xx): unchanged resources, and the stack's new outputs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from ..docker.redaction import redact
from . import untrusted
from .untrusted import UntrustedValue

STACK: Final = "pulumi:pulumi:Stack"
UNKNOWN: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""The placeholder for a value that only `up` will know. Source: pulumi, sdk/go/common/resource/plugin/rpc.go."""

_URN: Final = re.compile(r"urn:pulumi:(?P<stack>[^:]+)::(?P<project>[^:]+)::(?P<types>.+?)::(?P<name>.+)", re.DOTALL)
_FRAME: Final = re.compile(r'  File "(?P<file>[^"]*)", line (?P<line>\d+)')
_COLOR: Final = re.compile(r"\x1b\[[0-9;]*m|<\{%[^%]*%\}>")
_SEVERITY: Final = re.compile(r"(warning|error): ")
_NOISE: Final = re.compile(r"using \S+ from \$PATH at ")  # where the engine found a plugin


@dataclass(frozen=True)
class Step:
    """What the engine would do with one resource.

    Attributes:
        op: `create`, `update`, `replace`, `delete`, `same`, ...
        type: the resource's type token.
        name: the resource's name in the program.
        old: its inputs in the state; empty for a new resource.
        new: its inputs in the program; empty for a deleted resource.
        old_outputs: its outputs in the state.
        changed: the properties that differ.
        replaced_for: the properties that cause the replacement.
        adopts: whether the stack takes over an existing resource; `op` is then what changes in it, or `import` for
            nothing.
        stays: whether a resource that leaves the stack stays where it is: an adopted one, and one with retainOnDelete.
    """

    op: str
    type: str
    name: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    old_outputs: Mapping[str, Any]
    changed: tuple[str, ...]
    replaced_for: tuple[str, ...]
    adopts: bool = False
    stays: bool = False

    @property
    def deletes(self) -> bool:
        """Whether the resource is deleted for good."""
        return self.op == "delete" and not self.stays

    @property
    def replaces(self) -> bool:
        """Whether the resource is replaced."""
        return "replace" in self.op


@dataclass(frozen=True)
class Preview:
    """A preview: what would be done, and the program's messages, without source lines and tokens."""

    project: str
    stack: str
    steps: tuple[Step, ...]
    counts: Mapping[str, int]
    warnings: tuple[str, ...]
    errors: tuple[str, ...]

    def of_type(self, type_: str) -> list[Step]:
        """The steps of one type of resource."""
        return [step for step in self.steps if step.type == type_]


def read(text: str) -> Preview:
    """Parses what `pulumi preview --json` printed.

    Raises:
        ValueError: it is not one.
    """
    try:
        return _preview(UntrustedValue("", untrusted.parse(text)))
    except ValueError as error:
        why = f" ({error})" if text.strip() else ""
        raise ValueError(f"preview: got no preview in JSON{why}; pass the output of `pulumi preview --json`") from None


def _preview(document: UntrustedValue) -> Preview:
    if (
        not isinstance(document.value, dict)
        or not {"steps", "diagnostics", "changeSummary"} & document.mapping().keys()
    ):
        raise ValueError("no steps, diagnostics or changeSummary")
    steps = document.at("steps").each()
    diagnostics = document.at("diagnostics").each()
    counts = document.at("changeSummary")
    stack, project = _urn(steps[0])[:2] if steps else ("", "")
    return Preview(
        project=project,
        stack=stack,
        steps=tuple(_resources(steps)),
        counts={op: count for op in counts.mapping() if (count := counts.at(op).count())},
        warnings=_messages(diagnostics, "warning"),
        errors=_messages(diagnostics, "error"),
    )


def is_unknown(value: Any) -> bool:
    """Whether the value, or a part of it, is known only after `up`."""
    if isinstance(value, Mapping):
        return any(is_unknown(item) for item in cast("Mapping[str, Any]", value).values())
    if isinstance(value, list):
        return any(is_unknown(item) for item in cast("list[Any]", value))
    return isinstance(value, str) and value in UNKNOWN


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a map, otherwise an empty one: an input may be of any type, and unknown."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _resources(steps: list[UntrustedValue]) -> Iterator[Step]:
    """Merges the steps of each resource: a replacement has up to three, an adoption that changes something has two."""
    by_urn: dict[str, list[Step]] = {}
    for step in steps:
        by_urn.setdefault(step.at("urn").written(), []).append(_step(step))
    for of_one in by_urn.values():
        adopts = any("import" in step.op for step in of_one)
        counted = [step for step in of_one if "import" not in step.op] or of_one
        whole = next((step for step in counted if step.op == "replace"), counted[0])
        yield replace(whole, adopts=adopts)


def _step(step: UntrustedValue) -> Step:
    old, new = step.at("oldState"), step.at("newState")
    _, _, types, name = _urn(step)
    return Step(
        op=step.at("op").written(),
        type=old.at("type").text() or new.at("type").text() or types.rpartition("$")[2],
        name=name,
        old=old.at("inputs").mapping(),
        new=new.at("inputs").mapping(),
        old_outputs=old.at("outputs").mapping(),
        changed=step.at("diffReasons").texts(),
        replaced_for=step.at("replaceReasons").texts(),
        stays=old.mapping().get("retainOnDelete") is True,
    )


def _urn(step: UntrustedValue) -> tuple[str, str, str, str]:
    """Stack, project, types and name. Source: pulumi, sdk/go/common/resource/urn."""
    urn = step.at("urn")
    match = _URN.fullmatch(urn.text())
    if match is None:
        raise urn.wrong("a resource's URN")
    return match["stack"], match["project"], match["types"], match["name"]


def _messages(diagnostics: list[UntrustedValue], severity: str) -> tuple[str, ...]:
    messages = (
        _SEVERITY.sub("", _COLOR.sub("", diagnostic.at("message").text()), count=1).strip()
        for diagnostic in diagnostics
        if diagnostic.at("severity").text() == severity
    )
    return tuple(dict.fromkeys(redact(_without_source(text)) for text in messages if text and not _NOISE.match(text)))


def _without_source(message: str) -> str:
    """The message of a traceback and where it was raised, without source lines, which could contain a secret."""
    lines = message.splitlines()
    frames = [(index, frame) for index, line in enumerate(lines) if (frame := _FRAME.match(line))]
    if not frames:
        return message
    words = [line for line in lines[frames[-1][0] + 1 :] if line and not line.startswith("    ")]
    own = [frame for _, frame in frames if "site-packages" not in frame["file"]] or [frames[-1][1]]
    return "\n".join([*words, f"at {own[-1]['file'].rpartition('/')[2]}, line {own[-1]['line']}"])
