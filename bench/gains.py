"""What the figures mean for a user: one sentence for each row that matters to users."""

from collections.abc import Iterator
from typing import Final

_SENTENCES: Final = {
    "time, a python-gitlab loop": "A python-gitlab loop takes {other} for the same; until it ends, jobs may still get "
    "old tokens. Here that takes {ours}.",
    "time, the floor": "A rotation of a thousand variables takes {ours}; its requests alone take {other}.",
    "requests, a python-gitlab loop": "GitLab and the registry get {ours} requests; the loop sends {other}. So every "
    "token is tried before it is published, at nearly no cost to your rate limit.",
    "requests to AWS, AWS CLI and curl in shell": "AWS gets {ours} requests for a run; a script that asks for one "
    "token sends {other}.",
    "peak memory, allowed": "The function holds {ours} in memory, of the {other} that it is given.",
    "cold start, boto3 alone": "A cold start takes {ours}; a script that only loads boto3 takes {other}: no function "
    "has to be kept warm.",
    "validate, allowed": "`make validate` shows every mistake of a stack file after {ours}, long before a preview "
    "would show the first.",
    "program, no components, 500 x 500": "A preview of 500 repositories and 500 consumers spends {ours} in the "
    "program; the same resources written out by hand take {other}.",
    "rehearsal, allowed": "`make rehearse` of 200 repositories and 200 consumers ends after {ours}.",
}
"""By the row's name. The figures are copied from the table, so that both always agree."""


def gains(table: str) -> str:
    """The sentences for a Markdown table, in the order of its rows; a row without both figures has none."""
    return "".join(f"- {sentence}\n" for sentence in _sentences(table))


def _sentences(table: str) -> Iterator[str]:
    for row in table.splitlines():
        name, ours, other, *_ = (
            [cell.strip() for cell in row.strip("|").split("|")] if row.startswith("| ") else [""] * 3
        )
        if name in _SENTENCES and "-" not in (ours, other):
            yield _SENTENCES[name].format(ours=ours, other=other)
