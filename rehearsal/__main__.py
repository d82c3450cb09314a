"""`python -m rehearsal`: rehearses a stack file on this machine, and reports the result."""

import argparse
import contextlib
import json
import signal
import sys
from pathlib import Path
from typing import Any, Final, NoReturn

from components.rotation.loading import without_collections

with without_collections():
    from . import environment, screen
    from .cloud.garbage import collect_seldom
    from .cloud.headers import read_fast
    from .findings import Findings, as_document
    from .picture import picture
    from .rehearsal import Rehearsal
    from .stack_file import StackFileError, read
    from .wrong import RehearsalError

_ROOT: Final = Path(__file__).parents[1]
_ENVIRONMENT: Final = "env"


def main(arguments: list[str] | None = None) -> int:
    """0 when everything went as declared, 1 when something did not, 2 for a stack file that cannot be used."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, _interrupted)
    show = screen.Screen(quiet=options.quiet)
    findings, error, status = Findings(), "", 0
    try:
        with Rehearsal(read(options.stack_file), show.step) as rehearsal:
            findings = rehearsal.findings
            _rehearse(rehearsal, show)
            _write(options.report, as_document(findings, error))
            show.success(findings, options.report)
            if options.picture:
                options.picture.write_text(picture(findings), encoding="utf-8")
            if options.keep:
                _keep(rehearsal, show, options.report.with_name(_ENVIRONMENT))
            return status
    except StackFileError as refused:
        error, status = str(refused), 2
    except RehearsalError as failed:
        error, status = str(failed), 1
    except KeyboardInterrupt:
        error, status = "interrupted; everything is stopped and removed", 130
    _write(options.report, as_document(findings, error))
    show.failure(error)
    return status


def _rehearse(rehearsal: Rehearsal, show: screen.Screen) -> None:
    rehearsal.up()
    show.resources(rehearsal.findings.program)
    rehearsal.read_runners()
    show.runners(rehearsal.findings.runners)
    show.rotation(rehearsal.findings.rotations[0])
    rehearsal.renew()
    show.renewal(rehearsal.findings.renewal)
    rehearsal.let_time_pass()
    show.rotations(rehearsal.findings.rotations)
    rehearsal.look()
    show.variables(rehearsal.findings)
    try:
        rehearsal.pull()
    finally:
        show.matrix(rehearsal.findings.pulls, rehearsal.findings.registry)
    try:
        rehearsal.fetch()
    finally:
        show.fetches(rehearsal.findings.fetches)
    try:
        rehearsal.push()
    finally:
        show.pushes(rehearsal.findings.pushes)
    try:
        rehearsal.break_and_mend()
    finally:
        show.faults(rehearsal.findings.faults)
    try:
        rehearsal.run_jobs()
    finally:
        show.jobs(rehearsal.findings.jobs, rehearsal.findings.jobs_not_run)


def _keep(rehearsal: Rehearsal, show: screen.Screen, file: Path) -> None:
    rehearsal.return_to_real_time()
    content = environment.lines(rehearsal.environment())
    environment.write(file, content)
    try:
        show.endpoints(file, content)
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is how the person ends it
            signal.pause()
    finally:
        file.unlink(missing_ok=True)


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, default=str) + "\n")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    parser.add_argument("--stack-file", type=Path, default=_ROOT / "stacks" / "Pulumi.local.yaml", metavar="F")
    parser.add_argument("--report", type=Path, default=_ROOT / ".rehearsal" / "report.json", metavar="FILE")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="leave everything running until Ctrl-C, and write `env` beside the report, for a shell to source",
    )
    parser.add_argument("--picture", type=Path, metavar="FILE", help="also draw the end of the run as an SVG")
    parser.add_argument("--quiet", action="store_true", help="print failures only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    read_fast()
    collect_seldom()
    sys.exit(main())
