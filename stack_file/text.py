"""The text of a stack file: its values with their line numbers, keys that are written twice, and encrypted values.

Scalars are read by YAML 1.2, as Pulumi does: `yes` and `2026-01-01` are text.
"""

import difflib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from components.names.spelling import Path as KeyPath

STAND_IN: Final = "stand-in-for-a-secret"
"""The value that replaces an encrypted one."""
_LEADING_ZERO: Final = re.compile(r"0[0-9]+")
_PLAIN: Final[tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...]] = (
    (re.compile(r"~|null|Null|NULL|"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?(0|[1-9][0-9_]{0,4000})"), int),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?"), float),
)
"""Plain scalars that are not text."""
_MERGE: Final = "<<"
_MOST_NODES: Final = 200_000
_ALIKE: Final = 0.7
_NEARLY: Final = 0.8
PROJECT: Final = "gitlab-ecr"
_TOP: Final = ("config", "encryptionsalt", "secretsprovider", "encryptedkey", "environment")


class StackFileError(Exception):
    """The stack file cannot be read; the message names it."""


@dataclass(frozen=True)
class Remark:
    """Something that is wrong with the file's text.

    Attributes:
        path: the keys below `config`, as the file spells them.
        text: what was found, and what to write.
        line: the line number.
    """

    path: KeyPath
    text: str
    line: int | None


@dataclass
class StackText:
    """The content of a stack file.

    Attributes:
        file: its path.
        stack: the stack's name, from `Pulumi.<stack>.yaml`.
        values: the values by full key.
        lines: the line of each key and list item, by its path below `config`.
        encrypted: the paths of encrypted values.
        remarks: what is wrong with the text itself.
    """

    file: Path
    stack: str
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    lines: dict[KeyPath, int] = field(default_factory=dict[KeyPath, int])
    encrypted: set[KeyPath] = field(default_factory=set[KeyPath])
    remarks: list[Remark] = field(default_factory=list[Remark])

    def refuse(self, text: str, line: int | None = None) -> None:
        """Records why the file cannot be read at all."""
        self.values.clear()
        self.remarks.append(Remark((), text, line))

    @property
    def config(self) -> dict[str, str]:
        """Each value as text, as the engine passes it to a program."""
        return {key: value if isinstance(value, str) else json.dumps(value) for key, value in self.values.items()}

    @property
    def secret_keys(self) -> list[str]:
        """The full keys that hold something encrypted."""
        return sorted({str(path[0]) for path in self.encrypted})

    def line_of(self, path: KeyPath) -> int | None:
        """The line of a path, or of the nearest above it that is in the file; that is `config:` at the least."""
        above = path
        while above and above not in self.lines:
            above = above[:-1]
        return self.lines.get(above) if path else None


class _Loader(yaml.SafeLoader):
    """Leaves every scalar as it is written. `_scalar` reads them."""

    yaml_implicit_resolvers: Final = {}  # pyright: ignore[reportIncompatibleVariableOverride] - none is the point


def read(file: Path) -> StackText:
    """Reads the stack file at `file`.

    Raises:
        StackFileError: it cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StackFileError(
            f"{file}: {error.strerror}; write the path of a stack file, such as stacks/Pulumi.prod.yaml"
        ) from None
    except UnicodeDecodeError as error:
        found = parse("", file)
        found.remarks.clear()
        found.refuse(f"not UTF-8 at byte {error.start}; save it as UTF-8")
        return found
    return parse(text, file)


def parse(text: str, file: Path) -> StackText:
    """Parses the text of a stack file. If it is not a stack file's YAML, that is a remark."""
    found = StackText(file, file.name.removeprefix("Pulumi.").removesuffix(".yaml"))
    try:
        _Walk(found).whole(cast("Any", yaml).compose(text, Loader=_Loader))  # its stubs leave types open
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        found.refuse(f"not YAML: {error.problem or error.context}{_hint(error)}", mark.line + 1 if mark else None)
    except yaml.YAMLError as error:
        found.refuse(f"not YAML: {' '.join(str(error).split())}")
    except RecursionError:
        found.refuse("nested too deeply; a stack file has about ten levels")
    except _TooLargeError:
        found.refuse("too large; split it into stacks of at most a few hundred owners each")
    return found


def _hint(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "\\t" in problem:
        return "; indent with spaces"
    if "alias" in problem or "expected alphabetic" in problem:
        return '; put values that start with * in quotes, such as "*"'
    if "mapping values are not allowed" in problem:
        return '; write a space after the colon of a key, and put text that contains ": " in quotes'
    return "; check the line before it, too: indentation, quotes, colons and brackets"


class _TooLargeError(Exception):
    pass


class _Walk:
    def __init__(self, found: StackText) -> None:
        self._found = found
        self._nodes = 0
        self._above: list[Node] = []

    def whole(self, root: Node | None) -> None:
        """Reads the whole file."""
        if not isinstance(root, MappingNode):
            self._remark((), "has no `config:`; write one, as in stacks/Pulumi.prod.yaml", root)
            return
        top = {str(_scalar(key)): (key, value) for key, value in root.value if isinstance(key, ScalarNode)}
        for key, (node, _) in top.items():
            if key not in _TOP:
                close = next((name for name in _TOP if difflib.SequenceMatcher(a=key, b=name).ratio() > _ALIKE), None)
                advice = f"did you mean {close}?" if close else "this project's settings are below `config:`"
                self._remark((key,), f"no such key of a stack file; {advice}", node)
        self._twice(root, ())
        config = top.get("config")
        if config is None or not isinstance(config[1], MappingNode):
            self._remark((), "has no `config:` with keys below it; write one, as in stacks/Pulumi.prod.yaml", root)
            return
        self._found.lines[()] = config[0].start_mark.line + 1
        self._found.values = self._mapping(config[1], ())
        for key_node, _ in config[1].value:
            self._namespace(_key(key_node), key_node)

    def _namespace(self, key: str, node: Node) -> None:
        project, colon, name = key.partition(":")
        if not colon:
            self._remark(
                (key,), f"no such key; a key below `config:` begins with its project, such as {PROJECT}:{key}", node
            )
        elif project != PROJECT and difflib.SequenceMatcher(a=project, b=PROJECT).ratio() > _NEARLY:
            self._remark((key,), f"no such key; did you mean {PROJECT}:{name}?", node)

    def _value(self, node: Node, path: KeyPath) -> Any:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _TooLargeError
        if any(node is above for above in self._above):
            self._remark(path, "an alias that contains itself; write the value itself", node)
            return None
        self._above.append(node)
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            if isinstance(node, SequenceNode):
                return [self._item(item, (*path, position)) for position, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self._above.pop()

    def _item(self, node: Node, path: KeyPath) -> Any:
        self._found.lines[path] = node.start_mark.line + 1
        return self._value(node, path)

    def _mapping(self, node: MappingNode, path: KeyPath) -> Any:
        entries = [(_key(key), key, value) for key, value in node.value]
        if [key for key, _, _ in entries] == ["secure"] and isinstance(entries[0][2], ScalarNode):
            self._found.encrypted.add(path)
            return STAND_IN
        self._twice(node, path)
        found: dict[str, Any] = {}
        for key, at, value in entries:
            if key == _MERGE:
                found = {**self._merged(value, path, at), **found}
                continue
            self._found.lines[(*path, key)] = at.start_mark.line + 1
            found[key] = self._value(value, (*path, key))
        return found

    def _merged(self, node: Node, path: KeyPath, at: Node) -> dict[str, Any]:
        parts = node.value if isinstance(node, SequenceNode) else [node]
        found: dict[str, Any] = {}
        for part in parts:
            if not isinstance(part, MappingNode):
                self._remark(path, "`<<` needs the anchor of a mapping, such as <<: *defaults", at)
                continue
            value = self._value(part, path)
            found = {**value, **found} if isinstance(value, dict) else found
        return found

    def _twice(self, node: MappingNode, path: KeyPath) -> None:
        seen: dict[str, int] = {}
        for key_node, _ in node.value:
            key, line = _key(key_node), key_node.start_mark.line + 1
            if key in seen and key != _MERGE:
                text = f"written twice, first in line {seen[key]}, and only one of them counts; write it once"
                self._remark((*path, key), text, key_node)
            seen.setdefault(key, line)

    def _scalar(self, node: Node, path: KeyPath) -> Any:
        value = _scalar(node)
        if (
            isinstance(value, str)
            and isinstance(node, ScalarNode)
            and node.style is None
            and _LEADING_ZERO.fullmatch(value)
        ):
            text = f'got {value} without quotes, which YAML may read as a different number; write "{value}"'
            self._remark(path, text, node)
        return value

    def _remark(self, path: KeyPath, text: str, node: Node | None) -> None:
        self._found.remarks.append(Remark(path, text, node.start_mark.line + 1 if node else None))


def _key(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else "a key that is not text"


def _scalar(node: Node) -> Any:
    text = str(node.value)
    if not isinstance(node, ScalarNode) or node.style is not None:  # quoted, or a block
        return text
    for pattern, made in _PLAIN:
        if pattern.fullmatch(text):
            return made(text)
    return text
