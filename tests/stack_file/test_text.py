"""The text of a stack file that cannot be read, or has keys of another project."""

from pathlib import Path

import pytest

from stack_file import text as text_of_stacks
from stack_file.text import StackFileError, parse, read

_FILE = Path("stacks/Pulumi.prod.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("config:\n\ta: 1\n", "indent with spaces"),
        ("config:\n  a: *.example.com\n", "put values that start with * in quotes"),
        ("config:\n  a: b: c\n", "write a space after the colon of a key"),
        ("config: [\n", "check the line before it, too"),
        ("config:\n  a: \x00\n", "not YAML: "),
        ("config: " + "[" * 1000, "nested too deeply"),
        ("- a\n", "has no `config:`; write one"),
        ("config: 1\n", "has no `config:` with keys below it"),
        ("config:\n  region: x\n", "such as gitlab-ecr:region"),
        ("config:\n  gitlab-ecs:region: x\n", "did you mean gitlab-ecr:region?"),
    ],
)
def test_what_is_no_stack_file_gets_a_remark_with_advice(text: str, words: str) -> None:
    found = parse(text, _FILE)
    assert [remark for remark in found.remarks if words in str(remark)], found.remarks


def test_a_file_of_another_encoding_is_refused_once(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_bytes("config:\n  a: é\n".encode("latin-1"))
    (remark,) = read(file).remarks
    assert "not UTF-8 at byte 13; save it as UTF-8" in str(remark)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackFileError, match="No such file or directory; write the path of a stack file"):
        read(tmp_path / "Pulumi.prod.yaml")


def test_the_keys_of_an_anchor_are_merged_and_keep_the_line_where_they_stand() -> None:
    text = (
        "config:\n"
        "  a:one: &one { pull: [x], kind: group }\n"
        "  a:two: &two { push: [y] }\n"
        "  a:three:\n"
        "    <<: [*one, *two]\n"
        "    kind: project\n"
    )
    found = parse(text, _FILE)
    assert found.remarks == []
    assert found.values["a:three"] == {"pull": ["x"], "kind": "project", "push": ["y"]}
    assert [found.line_of(("a:three", key)) for key in ("pull", "push", "kind")] == [2, 3, 6]


def test_what_is_merged_has_to_be_a_mapping() -> None:
    (remark,) = parse("config:\n  a:one: &a [x]\n  a:two:\n    kind: y\n    <<: *a\n", _FILE).remarks
    assert (remark.path, remark.line) == (("a:two",), 5)
    assert remark.text == "`<<` needs the anchor of a mapping, such as <<: *defaults"


def test_a_file_that_aliases_make_huge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_of_stacks, "_MOST_NODES", 20)
    (remark,) = parse("config:\n  a: &a [1, 2, 3, 4]\n  b: [*a, *a, *a, *a]\n", _FILE).remarks
    assert "too large; split it into stacks of at most a few hundred owners each" in str(remark)
