"""How many variables one run can write. GitLab's limit on requests matters, not the compute."""

import math
from typing import Final

_RUN_SECONDS: Final = 900  # AWS, Lambda quotas: 15 minutes; a GitLab job gets as long
_PREPARING_SECONDS: Final = 60  # for tokens and their proofs
_REQUESTS: Final = 2  # a GET and a PUT for each variable


def capacity(requests_per_second: int) -> int:
    """How many variables fit into one run at this pace: about 14,000 at 2,000 requests per minute."""
    return (_RUN_SECONDS - _PREPARING_SECONDS) * requests_per_second // _REQUESTS


def too_many(variables: int, requests_per_second: int) -> str:
    """A warning about more variables than that; empty when they fit."""
    most = capacity(requests_per_second)
    if variables <= most:
        return ""
    stacks = math.ceil(variables / most)
    more = "one more stack" if stacks == 2 else f"{stacks - 1} more stacks"  # noqa: PLR2004 - this one, and another
    user = "a token of another user" if stacks == 2 else "tokens of other users"  # noqa: PLR2004 - as above
    return (
        f"got {variables:,} variables; at {requests_per_second} requests a second one run writes {most:,} in its 15 "
        f"minutes, two requests each. GitLab counts the requests of each user, so more compute does not help: raise "
        f"`requests_per_second` if your GitLab allows it, or make {more} with {user}"
    )
