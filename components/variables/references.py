"""`$NAME` in a variable's value: GitLab and the runner resolve it, unless the variable is raw.

Source: gitlabhq, `ExpandVariables`; `$$` stands for one `$`.
"""

import re
from typing import Final

REFERENCE: Final = re.compile(r"\$(?:(?P<dollar>\$)|(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")


def references(text: str) -> list[str]:
    """Every reference in the text, as written: `$NAME`, `${NAME}` or `$$`."""
    return [match[0] for match in REFERENCE.finditer(text)]


def is_reference(text: str) -> bool:
    """Whether the text is one reference and nothing else."""
    match = REFERENCE.fullmatch(text)
    return match is not None and match["dollar"] is None
