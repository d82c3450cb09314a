"""Makes text from others safe to print: removes terminal control sequences and characters that reverse text."""

import re
from typing import Final

_SEQUENCES: Final = re.compile(
    r"\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]?"  # CSI: colours, cursor movements, clearing
    r"|\x1b[\]P^_X][^\x07\x1b\x9c]{0,2000}(?:\x07|\x1b\\|\x9c)?"  # OSC and its kin: titles, links, the clipboard
    r"|\x1b[ -/]{0,8}[0-~]?"
)
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # bidi, zero width, separators
    "\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """The text without control sequences, and without control, bidi and invisible characters. Line breaks stay."""
    return text if text.isascii() and text.isprintable() else _CONTROLS.sub("", _SEQUENCES.sub("", text))
