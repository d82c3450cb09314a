"""A page's mermaid flowchart as SVG, for the site. GitLab draws mermaid by itself, and the site fetches no script.

It is drawn from top to bottom, which fits a page's width: each node below all that lead to it, and an arrow past a row
has its own place in that row, so that it crosses no box.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Final

_NODE: Final = r'(\w+)(?:\["([^"]+)"\])?'
_ARROW: Final = re.compile(rf"{_NODE} -->(?:\|([^|]+)\|)? {_NODE}")
_CHARACTERS: Final = 22
_CHARACTER, _LINE, _PADDING = 8.0, 18, 12
_APART, _THROUGH, _BETWEEN, _MARGIN = 24, 64, 58, 40
_OF_LABEL: Final = 0.42
"""How far down an arrow its label is: where arrows from one box have parted, and clear of the arrow's head."""
_SWEEPS: Final = 12
_STYLE: Final = (
    ".flowchart{max-width:100%;height:auto}"
    ".flowchart text{font:14px system-ui,sans-serif;fill:var(--color-foreground-primary,#000);text-anchor:middle}"
    ".flowchart rect{fill:var(--color-background-secondary,#f8f9fb);stroke:var(--color-foreground-muted,#6b6f76)}"
    ".flowchart path{fill:none;stroke:var(--color-foreground-secondary,#5a5c63);stroke-width:1.5}"
    ".flowchart .head{fill:var(--color-foreground-secondary,#5a5c63);stroke:none}"
    ".flowchart .label{font-size:12px;fill:var(--color-foreground-secondary,#5a5c63);"
    "paint-order:stroke;stroke:var(--color-background-primary,#fff);stroke-width:5px}"
)


@dataclass
class Chart:
    """A flowchart: the text of each node, and the arrows with their labels."""

    texts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    arrows: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


def read(mermaid: str) -> Chart:
    """Reads nodes and arrows.

    Raises:
        ValueError: a line is neither, or the arrows form a circle.
    """
    chart = Chart()
    for line in filter(None, (line.strip() for line in mermaid.splitlines())):
        if line.startswith("flowchart "):
            continue
        found = _ARROW.fullmatch(line)
        if found is None:
            raise ValueError(f'flowchart: got {line!r}; the site draws lines such as a["A"] -->|label| b["B"]')
        start, text, label, end, other = found.groups()
        for node, words in ((start, text), (end, other)):
            if words or node not in chart.texts:
                chart.texts[node] = textwrap.wrap(words or node, _CHARACTERS)
        chart.arrows.append((start, end, label or ""))
    _rows(chart)
    return chart


def svg(mermaid: str) -> str:
    """The drawing, without an empty line, as a page of Markdown needs it."""
    chart = read(mermaid)
    rows, routes = _places(chart)
    width = {node: _width(chart, node) for row in rows for node in row}
    centre, whole = _columns(rows, width)
    level = _levels(chart, rows)
    at = {node: (centre[node], level[number]) for number, row in enumerate(rows) for node in row}
    parts = [
        *(_drawn_arrow(chart, [at[node] for node in route], route, label) for route, label in routes),
        *(_box(chart.texts[node], *at[node], width[node]) for node in chart.texts),
    ]
    high = level[-1] + _height(chart, rows[-1]) / 2 + 2
    title = ", ".join(" ".join(text) for text in chart.texts.values())
    wide = whole + 2 * _MARGIN
    view = f'viewBox="{-_MARGIN} 0 {wide:g} {high:g}" width="{wide:g}"'
    head = f'<svg class="flowchart" {view} role="img" aria-label="{_plain(title)}">'
    marker = (
        '<defs><marker id="flowchart-head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        'orient="auto"><path class="head" d="M0 0 10 5 0 10z"/></marker></defs>'
    )
    return "\n".join([head, f"<style>{_STYLE}</style>", marker, *parts, "</svg>"])


def _rows(chart: Chart) -> dict[str, int]:
    """The row of each node: below all that lead to it, and a node to which nothing leads right above the next."""
    rows = dict.fromkeys(chart.texts, 0)
    for _ in chart.texts:
        for start, end, _label in chart.arrows:
            rows[end] = max(rows[end], rows[start] + 1)
    if any(rows[end] <= rows[start] for start, end, _ in chart.arrows):
        raise ValueError("flowchart: the arrows form a circle; the site draws those that lead one way")
    for node in chart.texts:
        if all(end != node for _, end, _ in chart.arrows):
            rows[node] = min(rows[end] for start, end, _ in chart.arrows if start == node) - 1
    return rows


def _places(chart: Chart) -> tuple[list[list[str]], list[tuple[list[str], str]]]:
    """The nodes of each row from left to right, and by which of them each arrow goes."""
    of = _rows(chart)
    rows: list[list[str]] = [[] for _ in range(max(of.values()) + 1)]
    for node, row in of.items():
        rows[row].append(node)
    routes: list[tuple[list[str], str]] = []
    for start, end, label in chart.arrows:
        through = [f"{start}>{end}>{row}" for row in range(of[start] + 1, of[end])]
        for row, node in enumerate(through, of[start] + 1):
            rows[row].append(node)
        routes.append(([start, *through, end], label))
    steps = [step for route, _ in routes for step in pairwise(route)]
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for above, row in pairwise(rows if down else rows[::-1]):
            place = {node: number for number, node in enumerate(above)}
            pairs = steps if down else [(end, start) for start, end in steps]
            middle = {node: _mean([place[a] for a, b in pairs if b == node and a in place]) for node in row}
            row.sort(key=middle.__getitem__)
    return rows, routes


def _mean(places: Sequence[int]) -> float:
    return sum(places) / len(places) if places else 0.0


def _columns(rows: Sequence[Sequence[str]], width: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """The middle of each node, and the width of all."""
    spans = [sum(width[node] for node in row) + _APART * (len(row) - 1) for row in rows]
    whole = max(spans)
    centre: dict[str, float] = {}
    for row, span in zip(rows, spans, strict=True):
        left = (whole - span) / 2
        for node in row:
            centre[node] = left + width[node] / 2
            left += width[node] + _APART
    return centre, whole


def _levels(chart: Chart, rows: Sequence[Sequence[str]]) -> list[float]:
    """The middle of each row."""
    levels: list[float] = []
    top = 1.0
    for row in rows:
        levels.append(top + _height(chart, row) / 2)
        top += _height(chart, row) + _BETWEEN
    return levels


def _width(chart: Chart, node: str) -> float:
    text = chart.texts.get(node)
    return max(map(len, text)) * _CHARACTER + 2 * _PADDING if text else _THROUGH


def _height(chart: Chart, row: Iterable[str]) -> float:
    return max(len(chart.texts.get(node, "")) for node in row) * _LINE + 2 * _PADDING


def _box(text: Sequence[str], x: float, y: float, width: float) -> str:
    high = len(text) * _LINE + 2 * _PADDING
    box = f'<rect x="{x - width / 2:g}" y="{y - high / 2:g}" width="{width:g}" height="{high:g}" rx="4"/>'
    return f"{box}<text>{_lines(text, x, y)}</text>"


def _drawn_arrow(chart: Chart, points: list[tuple[float, float]], route: Sequence[str], label: str) -> str:
    (x, y), (far, low) = points[0], points[-1]
    points[0] = (x, y + _height(chart, route[:1]) / 2)
    points[-1] = (far, low - _height(chart, route[-1:]) / 2 - 1)
    path = f"M{points[0][0]:g} {points[0][1]:g}" + "".join(_bends(points))
    drawn = f'<path d="{path}" marker-end="url(#flowchart-head)"/>'
    if not label:
        return drawn
    (x, y), (far, low) = points[0], points[1]
    if len(points) > 2:  # noqa: PLR2004 - it passes a row, and there is room
        middle, level = far, low
    else:
        middle, level = x + (far - x) * _eased(_OF_LABEL), y + (low - y) * _OF_LABEL
    return f'{drawn}<text class="label">{_lines(textwrap.wrap(label, _CHARACTERS // 2), middle, level)}</text>'


def _lines(text: Sequence[str], x: float, y: float) -> str:
    """Lines of text around a point."""
    first = y - (len(text) - 1) * _LINE / 2 + 5
    return "".join(
        f'<tspan x="{x:g}" y="{first + _LINE * at:g}">{_plain(line)}</tspan>' for at, line in enumerate(text)
    )


def _eased(share: float) -> float:
    """How far to the side such an arrow has come, that far down."""
    return 3 * share**2 - 2 * share**3


def _bends(points: Sequence[tuple[float, float]]) -> Iterator[str]:
    for (x, y), (far, low) in pairwise(points):
        half = (low - y) / 2
        yield f"C{x:g} {y + half:g} {far:g} {low - half:g} {far:g} {low:g}"


def _plain(text: str) -> str:
    return escape(text)
