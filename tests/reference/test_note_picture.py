"""The picture of a note says what the note says."""

import re
from html import unescape

import pytest

from reference.flowchart import drawn, height
from reference.note_picture import document

NOTE = """<!-- gitlab-ecr plan-note x -->
### Access preview of `prod`

- group `acme/backend` may now **pull** `ci/go`
- **deletes repository** `secret/<tools>`

<details><summary>Also</summary>

- hidden

</details>

```mermaid
flowchart LR
w0["group acme/backend"]
r0[("ci/go")]
r1[("ci/#34;old")]
w0 ==>|pull| r0
w0 -.->|push| r1
```
"""


def _texts(svg: str) -> list[str]:
    return [unescape(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r"<text[^>]*>(.*?)</text>", svg)]


def test_the_picture_has_every_line_of_the_note_except_what_is_folded() -> None:
    svg = document(NOTE)
    assert _texts(svg)[:4] == [
        "Access preview of prod",
        "•\u00a0\u00a0group acme/backend may now pull ci/go",
        "•\u00a0\u00a0deletes repository secret/<tools>",
        "▸ Also",
    ]
    assert "hidden" not in svg
    assert 'class="b">pull<' in svg


def test_the_picture_has_every_node_and_arrow_with_its_style() -> None:
    svg = document(NOTE)
    assert {"group acme/backend", "ci/go", 'ci/"old', "pull", "push"} <= set(_texts(svg))
    assert re.findall(r'<path class="(e[^"]*)"', svg) == ["e new", "e gone"]


def test_a_long_line_is_wrapped() -> None:
    words = " ".join(f"word{number}" for number in range(40))
    assert len(_texts(document(f"- {words}\n"))) == 3


def test_a_chart_with_something_else_in_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"flowchart: got 'subgraph x'"):
        drawn('flowchart LR\nw0["a"]\nsubgraph x\n', 800)
    assert height('w0["a"]\nr0[("b")]\nr1[("c")]\n') == 2 * height('w0["a"]\n')
