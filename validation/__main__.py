"""`python -m validation [FILE...]`: says what is wrong with stack files, without making anything."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from components.rotation.loading import without_collections
from rehearsal.cloud.garbage import collect_seldom

with without_collections():
    from components.cli.exit_codes import ExitCode
    from stack_file.text import StackFileError, StackText, read

    from .remarks import MISTAKE, Problem, validate

_STACKS: Final = Path("stacks")


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 when there is no mistake (only warnings), 1 when there is one, 3 when a file cannot be read."""
    options = _options(arguments)
    files: list[Path] = options.files or sorted(_STACKS.glob("Pulumi.*.yaml"))
    texts, code = list[StackText](), ExitCode.OK
    for file in files:
        try:
            texts.append(read(file))
        except StackFileError as error:
            print(error, file=sys.stderr)  # noqa: T201 - it talks to its user
            code = ExitCode.FAILED
    found = list(validate(texts))
    if options.as_json:
        print(json.dumps([asdict(each) for of_file in found for each in of_file], indent=1))  # noqa: T201 - the answer
    else:
        for text, of_file in zip(texts, found, strict=True):
            print("\n".join([*map(str, of_file), f"{text.file}: {_summary(of_file)}"]))  # noqa: T201 - the answer
    if code is ExitCode.OK and any(each.severity == MISTAKE for of_file in found for each in of_file):
        return ExitCode.FOUND
    return code


def _summary(found: list[Problem]) -> str:
    mistakes = sum(each.severity == MISTAKE for each in found)
    warnings = len(found) - mistakes
    counted = [(mistakes, "mistake"), (warnings, "warning")]
    words = ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted if number)
    return words if mistakes else f"no mistakes{f', {words}' if words else ''}"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make validate",
        description="Says what is wrong with stack files without making anything.",
        epilog="Exit codes: " + "; ".join(f"{code.value} {code.meaning}" for code in ExitCode),
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: every stacks/Pulumi.*.yaml")
    parser.add_argument(
        "--json", dest="as_json", action="store_true", help="print the problems as a JSON list, for programs"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    collect_seldom()
    sys.exit(main())
