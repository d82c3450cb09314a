"""A newcomer's mistakes in every section of a stack file: each message has the line, the key and what to write.

`RECORD=1` writes tests/data/mistakes.yaml again; read its diff as a newcomer would.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack_file.text import parse
from validation.remarks import validate

_FILE = Path(__file__).parents[1] / "data" / "mistakes.yaml"
_SECTIONS: dict[str, list[dict[str, Any]]] = yaml.load(_FILE.read_text(), yaml.CSafeLoader)
_ADVICE = ("write ", "Write ", "did you mean", "eave ", "known keys", "make ", "it stands above", "take this one out")
_HEAD = 'config:\n  aws:region: eu-central-1\n  gitlab-ecr:account: "123456789012"\n'
_REPOSITORIES = "  gitlab-ecr:repositories: { ci/python: {}, base/node: {}, apps/web: {} }\n"


def _messages(section: str, written: str) -> list[str]:
    head = "" if section == "file" else _HEAD if section in ("repositories", "bootstrap") else _HEAD + _REPOSITORIES
    below = "" if section == "file" else "".join(f"  {line}\n" for line in written.splitlines())
    (found,) = validate([parse(f"{head}{below}" or written, Path("Pulumi.mine.yaml"))])
    return [str(each).removeprefix("Pulumi.mine.yaml:") for each in found]


@pytest.mark.skipif("RECORD" not in os.environ, reason="records, on demand, what the next test compares")
def test_record() -> None:
    recorded = {
        section: [{"written": case["written"], "messages": _messages(section, case["written"])} for case in cases]
        for section, cases in _SECTIONS.items()
    }
    yaml.SafeDumper.add_representer(str, _text)
    _FILE.write_text(yaml.safe_dump(recorded, width=10_000, sort_keys=False, allow_unicode=True))


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


@pytest.mark.parametrize("section", _SECTIONS)
def test_each_mistake_gives_this_message(section: str) -> None:
    assert len(_SECTIONS[section]) >= 4
    for case in _SECTIONS[section]:
        assert _messages(section, case["written"]) == case["messages"], case["written"]


@pytest.mark.parametrize("section", _SECTIONS)
def test_each_message_has_a_line_a_key_and_advice(section: str) -> None:
    for case in _SECTIONS[section]:
        assert case["messages"], case["written"]
        for line in case["messages"]:
            number, _, rest = line.partition(": ")
            assert number.isdecimal(), line
            if section != "file" and not rest.startswith("warning: "):
                assert rest.startswith(("gitlab-ecr:", "aws:")), line
                assert any(word in rest for word in _ADVICE), line
