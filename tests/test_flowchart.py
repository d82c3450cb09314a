"""What the site draws of a mermaid flowchart: every box and arrow, each below what leads to it, none over another."""

import re
import runpy
from html import unescape
from itertools import combinations
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from pages import ROOT

MODULE: Final = runpy.run_path(str(ROOT / "docs" / "site" / "flowchart.py"))
BOX: Final = re.compile(
    r'<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" rx="4"/><text>(.*?)</text>'
)
CHART: Final = """\
flowchart LR
  a["the start"] --> b
  b --> c["a <b> & c"]
  a -->|goes past| c
  d["comes in"] -->|here| c
"""


def _boxes(svg: str) -> dict[str, tuple[float, float, float, float]]:
    found: dict[str, tuple[float, float, float, float]] = {}
    for x, y, width, height, text in BOX.findall(svg):
        words = " ".join(re.findall(r"<tspan[^>]*>([^<]*)</tspan>", text))
        found[unescape(words)] = (float(x), float(y), float(width), float(height))
    return found


def _svg(mermaid: str) -> Any:
    return MODULE["svg"](mermaid)


def test_every_box_and_arrow_and_label_is_drawn() -> None:
    drawn = _svg(CHART)
    assert _boxes(drawn).keys() == {"the start", "b", "a <b> & c", "comes in"}
    assert drawn.count("marker-end=") == 4
    assert re.findall(r'class="label"><tspan[^>]*>([^<]*)<', drawn) == ["goes past", "here"]
    assert "\n\n" not in drawn
    assert ET.fromstring(drawn).tag == "svg"  # noqa: S314 - our own


def test_each_box_is_below_those_that_lead_to_it_and_beside_no_other() -> None:
    readme = re.search(r"```mermaid\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert readme
    for chart in (CHART, readme[1]):
        boxes = _boxes(_svg(chart))
        read = MODULE["read"](chart)
        top = {node: boxes[" ".join(text)][1] for node, text in read.texts.items()}
        assert all(top[start] < top[end] for start, end, _ in read.arrows)
        for (x, y, width, height), (other, low, wide, _) in combinations(boxes.values(), 2):
            apart = x + width <= other or other + wide <= x or y + height <= low or low + height <= y
            assert apart


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("subgraph x", "got 'subgraph x'"),
        ("a ==> b", "got 'a ==> b'"),
        ('a("round") --> b', "got 'a"),
        ("b --> a", "the arrows form a circle"),
    ],
)
def test_what_cannot_be_drawn_fails_the_build_and_is_not_left_out(line: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        _svg(f"flowchart LR\na --> b\n{line}\n")
