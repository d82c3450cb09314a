"""docs/note.svg: a merge request note as GitLab shows it, drawn from the note's own Markdown and mermaid."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from .flowchart import drawn, height

_WIDTH: Final = 860
_MARGIN: Final = 28
_LINE: Final = 24
_CHARACTERS: Final = 104
"""The most characters of a line. Fonts differ between machines, so there is room left."""
_STYLE: Final = (
    "text{font:15px system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif;fill:#28272d}"
    ".h{font-size:20px;font-weight:600}.b{font-weight:600}"
    ".c{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace;fill:#6e1f7b}"
    ".d{fill:#626168}.n{fill:#fff;stroke:#89888d}.e{fill:none;stroke:#626168;stroke-width:1.5}"
    ".new{stroke:#108548;stroke-width:4}.gone{stroke:#c91c00;stroke-dasharray:3 5}.l{font-size:12px;fill:#626168}"
)
_BULLET: Final = "•\u00a0\u00a0"
_INDENT: Final = "\u00a0" * 4
_INLINE: Final = re.compile(r"\*\*(?P<bold>.+?)\*\*|`(?P<code>[^`]+)`")
_FOLDED: Final = re.compile(r"<details><summary>(.*?)</summary>.*?</details>", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_MERMAID: Final = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)


def document(note: str) -> str:
    """The SVG of a note that `gitlab-ecr plan-note` wrote."""
    text = _FOLDED.sub(r"▸ \1", _COMMENT.sub("", note))
    chart = _MERMAID.search(text)
    lines = list(_lines(_MERMAID.sub("", text).strip().splitlines()))
    below = _MARGIN + _LINE * len(lines) + 8
    whole = below + (height(chart[1]) if chart else 0) + _MARGIN
    parts = [
        f'<text x="{_MARGIN}" y="{_MARGIN + 8 + _LINE * at}"{line}</text>' for at, line in enumerate(lines) if line
    ]
    if chart:
        parts.append(f'<g transform="translate({_MARGIN},{below})">\n{drawn(chart[1], _WIDTH - 2 * _MARGIN)}\n</g>')
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {whole}" role="img">',
            f"<style>{_STYLE}</style>",
            f'<rect x=".5" y=".5" width="{_WIDTH - 1}" height="{whole - 1}" rx="8" fill="#fff" stroke="#bfbfc3"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _lines(markdown: Sequence[str]) -> Iterator[str]:
    """What follows `<text x y` of each line; empty for a blank one."""
    for line in markdown:
        if line.startswith("### "):
            yield f' class="h">{_inline(line[4:])}'
        elif line.startswith("▸ "):
            yield f' class="d">{_inline(line)}'
        elif not line:
            yield ""
        else:
            first, *rest = textwrap.wrap(line, _CHARACTERS, break_long_words=False, break_on_hyphens=False)
            yield f">{_inline(first.replace('- ', _BULLET, 1) if first.startswith('- ') else first)}"
            yield from (f">{_INDENT}{_inline(each)}" for each in rest)


def _inline(text: str) -> str:
    def tspan(match: re.Match[str]) -> str:
        if match["bold"]:
            return f'<tspan class="b">{_inline_code(match["bold"])}</tspan>'
        return f'<tspan class="c">{match["code"]}</tspan>'

    return _INLINE.sub(tspan, escape(text, quote=False))


def _inline_code(text: str) -> str:
    return re.sub(r"`([^`]+)`", r'<tspan class="c">\1</tspan>', text)
