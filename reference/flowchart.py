"""A mermaid flowchart of two columns, as in the notes, drawn as SVG: people on the left, repositories on the right."""

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Final

_NODE: Final = re.compile(r'^(?P<id>\w+)\[(?P<store>\(?)"(?P<label>.*)"\)?\]$', re.MULTILINE)
_EDGE: Final = re.compile(r"^(?P<start>\w+) (?P<line>-->|==>|-\.->)\|(?P<label>[^|]*)\| (?P<end>\w+)$", re.MULTILINE)
_LOOK: Final = {"-->": "", "==>": " new", "-.->": " gone"}
_ROW: Final = 46
_BOX: Final = 32
_CHARACTER: Final = 8.2
_ARROW: Final = (
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="12" '
    'markerHeight="12" orient="auto"><path d="M0 0 10 5 0 10z" fill="#626168"/></marker></defs>'
)


@dataclass(frozen=True)
class _Box:
    label: str
    left: float
    middle: float
    width: float

    def svg(self, radius: int) -> str:
        box = (
            f'<rect class="n" x="{self.left:g}" y="{self.middle - _BOX / 2:g}" width="{self.width:g}" '
            f'height="{_BOX}" rx="{radius}"/>'
        )
        centre = self.left + self.width / 2
        return f'{box}<text x="{centre:g}" y="{self.middle + 5:g}" text-anchor="middle">{self.label}</text>'


def height(mermaid: str) -> int:
    """The height of the drawing."""
    return _ROW * max(len(_ids(mermaid, store=False)), len(_ids(mermaid, store=True)))


def drawn(mermaid: str, width: int) -> str:
    """The drawing. Unknown elements are refused, so that no picture silently lacks an arrow.

    Raises:
        ValueError: a line is neither a node nor an arrow.
    """
    unknown = _EDGE.sub("", _NODE.sub("", mermaid)).replace("flowchart LR", "").split()
    if unknown:
        raise ValueError(f"flowchart: got {' '.join(unknown)!r}; this drawing knows nodes and labelled arrows only")
    labels = {match["id"]: match["label"] for match in _NODE.finditer(mermaid)}
    boxes: dict[str, _Box] = {}
    for store in (False, True):
        ids = _ids(mermaid, store=store)
        wide = max((len(unescape(labels[id_])) for id_ in ids), default=0) * _CHARACTER + 24
        step = height(mermaid) / len(ids) if ids else 0
        for at, id_ in enumerate(ids):
            boxes[id_] = _Box(_text(labels[id_]), width - wide if store else 0, step * (at + 0.5), wide)
    stores = set(_ids(mermaid, store=True))
    lines = [_arrow(match, boxes) for match in _EDGE.finditer(mermaid)]
    return "\n".join([_ARROW, *lines, *(box.svg(_BOX // 2 if id_ in stores else 4) for id_, box in boxes.items())])


def _ids(mermaid: str, *, store: bool) -> list[str]:
    return [match["id"] for match in _NODE.finditer(mermaid) if bool(match["store"]) is store]


def _arrow(edge: re.Match[str], boxes: dict[str, _Box]) -> str:
    start, end = boxes[edge["start"]], boxes[edge["end"]]
    x, y, far, low = start.left + start.width, start.middle, end.left - 3, end.middle
    bend = (far - x) / 2
    path = f"M{x:g} {y:g}C{x + bend:g} {y:g} {far - bend:g} {low:g} {far:g} {low:g}"
    # Where arrows have parted: two thirds of the way.
    at, level = x + (far - x) * 0.72, y + (low - y) * 0.82
    label = f'<text class="l" x="{at:g}" y="{level - 5:g}" text-anchor="middle">{_text(edge["label"])}</text>'
    return f'<path class="e{_LOOK[edge["line"]]}" d="{path}" marker-end="url(#arrow)"/>{label}'


def _text(label: str) -> str:
    """Mermaid writes characters with a meaning as `#34;`."""
    return escape(re.sub(r"#(\d+);", lambda match: chr(int(match[1])), label), quote=False)
