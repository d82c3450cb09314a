"""`python -m validation.practices FILE...`: where stacks deviate from best practices without a reason."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from components.rotation.loading import without_collections
from rehearsal.cloud.garbage import collect_seldom

with without_collections():
    from components.cli.exit_codes import ExitCode
    from stack_file.text import StackFileError, StackText, read

    from .best_practices import Finding, findings
    from .program import run

_DEVIATIONS = "gitlab-ecr:deviations"


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 when every deviation has a reason, 1 when one has none, 3 when a file has mistakes."""
    parser = argparse.ArgumentParser(prog="make best-practices", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a stack file")
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help="print the findings as a JSON list, for programs"
    )
    options = parser.parse_args(arguments)
    rows, code = list[dict[str, Any]](), ExitCode.OK
    for file in options.files:
        try:
            found = _of(read(file))
        except StackFileError as error:
            print(error, file=sys.stderr)  # noqa: T201 - it talks to its user
            code = ExitCode.FAILED
            continue
        rows += [{"file": str(file), **asdict(finding)} for finding in found]
        if not options.as_json:
            print("\n".join(_lines(file, found)))  # noqa: T201 - the answer
    if options.as_json:
        print(json.dumps(rows, indent=1))  # noqa: T201 - the answer
    return ExitCode.FOUND if rows and code is ExitCode.OK else code


def _of(text: StackText) -> list[Finding]:
    made = run(text)
    if text.remarks or made.mistakes or made.failed:
        raise StackFileError(f"{text.file}: has mistakes; `make validate ARGS={text.file}` says which")
    reasons: dict[str, str] = text.values.get(_DEVIATIONS) or {}
    return findings(made.recorder.resources, reasons)


def _lines(file: Path, found: list[Finding]) -> Iterator[str]:
    if not found:
        yield f"{file}: follows best practices, or deviates with a reason"
        return
    yield f"{file}: {len(found)} {'finding' if len(found) == 1 else 'findings'}"
    for practice, wanted in dict.fromkeys((finding.id, finding.wanted) for finding in found):
        yield f"  {practice}: {wanted}"
        yield from (f"    {finding.resource}" for finding in found if finding.id == practice and finding.resource)
    if first := next((finding for finding in found if finding.resource), None):
        yield f"  To deviate on purpose, write the reason below {_DEVIATIONS}, for one resource or for all:"
        yield f"    {first.id} {first.resource}: why"
        yield f"    {first.id}: why"


if __name__ == "__main__":
    collect_seldom()
    sys.exit(main())
