"""What a rehearsal shows on the screen."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from .faults import Attempt, told
from .findings import Findings
from .program import Program, Resource
from .pulls import Pull
from .pushes import Push
from .renewal import Renewal
from .runners import RunnerFound

_NOT_PROVEN: Final = (
    "Not rehearsed: the provider plugins' own checks, updates and deletes, AWS's validation of schedules and alarms,",
    "the schedule's role, delivery retries, alarms firing, IAM's delays, and a runner that takes a job.",
)
_WIDEST: Final = 12  # columns; a larger matrix is in the report
_MARK: Final = {"allowed": "pulled", "denied": "denied", "failed": "FAILED"}


class Screen:
    """Tells a person what happens; with `quiet` only what failed."""

    def __init__(self, *, quiet: bool) -> None:
        self._out = Console(quiet=quiet, highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)
        self._failures = Console(stderr=True, highlight=False, soft_wrap=True)

    def step(self, what: str) -> None:
        """One line for what begins now."""
        self._out.print(f"- {what}", markup=False)

    def resources(self, program: Program) -> None:
        """The tree of what was made, with ids."""
        top = Tree(f"{len(program.resources)} resources", guide_style="dim")
        branches = {"": top}
        waiting = list(program.resources)
        while waiting:
            # A component may be told of after its first child.
            known = [resource for resource in waiting if resource.parent in branches]
            for resource in sorted(known, key=lambda found: (found.type, found.name)):
                branches[resource.urn] = branches[resource.parent].add(_leaf(resource))
            waiting = [resource for resource in waiting if resource.urn not in branches]
        self._out.print(top)

    def runners(self, found: Sequence[RunnerFound]) -> None:
        """Each runner's config.toml without its secrets, and where the credential of each of its images comes from."""
        for runner in found:
            self._out.print(f"\nRunner {runner.name}, config.toml as its machine fetches it:", markup=False)
            self._out.print(*(f"  {line}" for line in runner.config.splitlines()), sep="\n", markup=False)
            for image in runner.images:
                self._out.print(f"  {image.image}: pulled with {image.actual}", markup=False)

    def rotation(self, report: dict[str, Any]) -> None:
        """One run, with its targets."""
        when = "once the token was stored"
        self._out.print(f"\nRotation {when}, {report['seconds']} s:", markup=False)
        for target in report["targets"]:
            self._out.print(
                f"  {target['target']}: {target['status']}, valid until {target['expires_at']}", markup=False
            )
        for keys in report["access_keys"]:
            self._out.print(f"  {keys['target']}: {keys['status']}, key {keys['key']}", markup=False)

    def rotations(self, reports: Sequence[dict[str, Any]]) -> None:
        """The scheduled runs, and what they prove."""
        for report in reports[1:]:
            count = sum(target["status"] == "published" for target in report["targets"])
            ends = min(target["expires_at"] for target in report["targets"])
            changed = [each["target"] for each in report["access_keys"] if each["status"] == "published"]
            anew = f", made anew: {', '.join(changed)}" if changed else ""
            told = f"  fired by the {report['fired_by']}: {count} targets, valid until {ends}{anew}"
            self._out.print(told, markup=False)
        self._out.print("  the deploy's tokens are refused by now, those in the variables work", markup=False)
        if any(each["status"] == "published" for report in reports[1:] for each in report["access_keys"]):
            told = "  each pair of access keys signed in before and after its change, the deploy's keys no longer do"
            self._out.print(told, markup=False)
        self._out.print()

    def variables(self, findings: Findings) -> None:
        """What GitLab holds now, without a value, and what is in the way of it."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("variable", "flags", "holds a login for"):
            table.add_column(heading, overflow="fold")
        for held in findings.variables:
            table.add_row(held.name, held.flags, ", ".join(held.registries))
        self._out.print(table)
        for finding in findings.shadows:
            self._out.print(f"  {finding.target}: {finding.what}", f"    {finding.fix}", sep="\n", markup=False)
        self._out.print()

    def matrix(self, pulls: Sequence[Pull], registry: str) -> None:
        """Who could pull what; a cell that is not as declared says so."""
        if not pulls:
            return
        repositories = sorted({cell.repository for cell in pulls})
        if len(repositories) <= _WIDEST:
            self._out.print(_table(pulls, repositories))
        counts = Counter(cell.client for cell in pulls)
        by = ", ".join(f"{count} pulls by {name}" for name, count in counts.items())
        self._out.print(f"  {by}, from {registry} behind the front", markup=False)

    def pushes(self, pushes: Sequence[Push]) -> None:
        """Which jobs could push."""
        for each in pushes:
            outcome = {"allowed": "pushed"}.get(each.actual, each.actual)
            as_declared = "" if each.as_declared else f", declared {each.expected}"
            self._out.print(f"  {each.consumer}, {each.job}: {each.repository} {outcome}{as_declared}", markup=False)

    def renewal(self, renewal: Renewal | None) -> None:
        """What became of the rotator's own token."""
        said = renewal.said if renewal else ""
        self._out.print(f"  {said}; the old one is refused, every rotation below writes with the new one", markup=False)

    def faults(self, attempts: Sequence[Attempt]) -> None:
        """Each rotation with a broken target, and the one after all was mended."""
        for attempt in attempts:
            self._out.print(f"  {attempt.what}", f"    {attempt.command}", sep="\n", markup=False)
            whole = len(attempt.targets) <= _WIDEST
            for target in attempt.targets:
                if target["status"] == "failed" or whole:
                    self._out.print(f"    {told(target)}", markup=False)
            if not whole:
                count = sum(target["status"] == "published" for target in attempt.targets)
                self._out.print(f"    {count} targets published", markup=False)
            self._out.print(f"    exit code {attempt.exit_code}", markup=False)

    def endpoints(self, *lines: str) -> None:
        """Where everything is, until Ctrl-C."""
        self._out.print("\nEverything stays up until Ctrl-C:", *lines, sep="\n", markup=False)
        sys.stdout.flush()

    def success(self, findings: Findings, report: Path) -> None:
        """The end, when all went as declared."""
        allowed = sum(cell.actual == "allowed" for cell in findings.pulls)
        self._out.print(
            f"\n{allowed} pulls allowed, {len(findings.pulls) - allowed} denied, all as declared.", markup=False
        )
        self._out.print(*_NOT_PROVEN, sep="\n", markup=False)
        if findings.not_rehearsed:
            lines = (f"  {each}" for each in findings.not_rehearsed)
            self._out.print("Of this stack file also not rehearsed:", *lines, sep="\n", markup=False)
        total = sum(findings.timings.values())
        self._out.print(f"{total:.1f} s. Report: {_short(report)}", markup=False)

    def failure(self, error: str) -> None:
        """Why it did not go as declared."""
        self._failures.print(f"rehearsal failed: {error}", markup=False, style="bold red")


def _leaf(resource: Resource) -> Text:
    leaf = Text(f"{resource.type.rpartition(':')[2]} {resource.name}", overflow="fold")
    return leaf.append(f" {resource.id}" if resource.id else "", style="dim")


def _table(pulls: Sequence[Pull], repositories: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("pulls with its own credential")
    for repository in repositories:
        table.add_column(repository)
    for consumer in dict.fromkeys(cell.consumer for cell in pulls):
        row = [[cell for cell in pulls if (cell.consumer, cell.repository) == (consumer, r)] for r in repositories]
        table.add_row(consumer, *map(_cell, row))
    return table


def _cell(by_client: Sequence[Pull]) -> str:
    """What came of it; one client's answer that is not as declared stands for all."""
    cell = next((cell for cell in by_client if not cell.as_declared), by_client[0] if by_client else None)
    if cell is None:
        return ""
    if cell.as_declared:
        return _MARK[cell.actual]
    return f"[bold red]{_MARK[cell.actual]}, declared {cell.expected}[/bold red]"


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
