from hypothesis import given
from hypothesis import strategies as st

from components.preview.markdown import block, code, mermaid_label, names


@given(st.text())
def test_a_code_span_is_one_line_whose_fence_its_text_cannot_close(text: str) -> None:
    span = code(text)
    fence = span[: len(span) - len(span.lstrip("`"))]
    inner = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert "\n" not in span
    assert fence not in inner


@given(st.text())
def test_a_block_is_closed_by_its_own_fence_only_and_no_line_of_it_starts_with_a_slash(text: str) -> None:
    first, *lines, last = block(text).split("\n")
    assert first == f"{last}text"
    assert all(line.startswith("  ") for line in lines)
    assert not any(line.strip().startswith(last) for line in lines)


def test_long_names_and_long_lists_are_cut() -> None:
    assert code("x" * 300) == f"`{'x' * 197}...`"
    assert names(["a", "b", "c", "d"], 2) == "`a`, `b` and 2 more"
    assert block("a\nb\nc", most_lines=1) == "```text\n  a\n  ... 2 more lines\n```"


def test_a_label_keeps_all_that_has_no_meaning_in_mermaid() -> None:
    assert mermaid_label("group acme/web_1.2@x") == '"group acme/web_1.2@x"'
    assert mermaid_label('a"]#;\n`') == '"a#34;#93;#35;#59; #96;"'
