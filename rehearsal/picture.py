"""Draws the end of a rehearsal as a picture, without what differs from machine to machine."""

import io
import re
from dataclasses import replace
from html import unescape
from typing import Final

from rich.console import Console

from .clients import OwnClient
from .findings import Findings
from .screen import Screen

_COLUMNS: Final = 112
_TITLE: Final = "make rehearse"
_FORMAT: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-family: system-ui, sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""As rich's own, but with the fonts of the machine that shows it: nothing is fetched."""
_TEXT: Final = re.compile(r'<text class="[\w-]+-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>')


def picture(findings: Findings) -> str:
    """The SVG: pulls, pushes, one fault, and the last words."""
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), markup=False, emoji=False, highlight=False)
    show = Screen(quiet=False, console=console)
    # Other clients, and a runner, are on some machines only.
    own = replace(findings, jobs=None, pulls=[cell for cell in findings.pulls if cell.client == OwnClient.name])
    show.step("Pulling every image as each consumer and runner")
    show.table(own.pulls)
    show.step("Pushing from jobs, by the roles that their id_tokens open")
    show.pushes(own.pushes)
    show.step("Breaking one target at a time in GitLab, and rotating by the command line")
    show.faults(own.faults[:1])
    show.verdict(own)
    return console.export_svg(title=_TITLE, code_format=_FORMAT, unique_id="rehearsal")


def words(svg: str) -> list[str]:
    """The lines of text in a picture, without their colours."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in _TEXT.findall(svg):
        lines.setdefault(float(y), []).append((float(x), unescape(text)))
    joined = (" ".join(text for _, text in sorted(parts)) for _, parts in sorted(lines.items()))
    return [" ".join(line.split()) for line in joined]
