"""What looks like a credential of GitLab, AWS or GitHub. A number of characters keeps mere prefixes out."""

import re
from typing import Final

CREDENTIAL: Final = re.compile(
    r"""(?x)
    \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | \bgl(?:pat|rt|rtr|dt|ptt|ft|soat|imt|agent|cbt|ffct|oas|wt)-[\w.-]{16,}
    | \bgh[pousr]_\w{16,} | \bgithub_pat_\w{16,}
    | \beyJ[\w-]{16,}\.[\w-]+\.  # a JSON web token
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY
    """
)
