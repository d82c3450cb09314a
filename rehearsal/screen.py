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

from . import matrix
from .clients import OwnClient
from .faults import FaultRun, one_line
from .findings import Findings
from .job_runs.job_runs import JobResults
from .job_secrets import Fetch
from .program import Program, Resource
from .pulls import Pull
from .pushes import Push
from .renewal import Renewal
from .runners import RunnerFound

_OWN_REGISTRY: Final = "the stack's registry"
_OWN_CLIENT: Final = "the rehearsal's own client"
_MADE_UP: Final = " (made up)"
_NARROWEST: Final = 60
_NOT_PROVEN: Final = (
    "Not rehearsed: the provider plugins' own checks, updates and deletes, AWS's validation of schedules and alarms,",
    "the schedule's role, delivery retries, alarms firing{}.",
)
_WITHOUT_RUNNER, _WITH_RUNNER = ", IAM's delays, and a runner that takes a job", ", and IAM's delays"
_FEW: Final = 12  # up to this many targets of a rotation are printed individually
_WIDTH: Final = 100
"""The width when the output is not a terminal."""


class Screen:
    """Shows a person what happens; with `quiet` only failures.

    Args:
        console: where to print; by default the process's own output.
    """

    def __init__(self, *, quiet: bool, console: Console | None = None) -> None:
        terminal = sys.stdout.isatty()
        self._out = console or Console(
            # Names, hosts and messages come from others, so nothing in them is markup or an emoji.
            markup=False,
            emoji=False,
            quiet=quiet,
            highlight=False,
            soft_wrap=True,
            width=None if terminal else _WIDTH,
        )
        self._width = max(self._out.width, _NARROWEST)
        self._failures = Console(markup=False, emoji=False, stderr=True, highlight=False, soft_wrap=True)

    def step(self, what: str) -> None:
        """One line for what begins now."""
        self._out.print(f"- {what}")

    def resources(self, program: Program) -> None:
        """The tree of what was made, with ids."""
        if self._out.quiet:
            return  # the tree of a large stack takes a while to draw
        top = Tree(f"{len(program.resources)} resources", guide_style="dim")
        branches = {"": top}
        waiting = list(program.resources)
        while waiting:
            # A component may be registered after its first child.
            known = [resource for resource in waiting if resource.parent in branches]
            for resource in sorted(known, key=lambda found: (found.type, found.name)):
                branches[resource.urn] = branches[resource.parent].add(_leaf(resource))
            waiting = [resource for resource in waiting if resource.urn not in branches]
        self._out.print(top)
        for warning in program.warnings:
            self._out.print(f"warning: {warning}", style="yellow")

    def runners(self, found: Sequence[RunnerFound]) -> None:
        """Each runner's config.toml without its secrets, and where the credential of each of its images comes from."""
        for runner in found:
            self._out.print(f"\nRunner {runner.name}, config.toml as its machine fetches it:")
            self._out.print(*(f"  {line}" for line in runner.config.splitlines()), sep="\n")
            for image in runner.images:
                self._out.print(f"  {image.image}: pulled with {image.actual}")

    def rotation(self, report: dict[str, Any]) -> None:
        """One run, with its targets."""
        when = "in `up`" if report["fired_by"] == "deploy" else "once the token was stored"
        self._out.print(f"\nRotation {when}, {report['seconds']} s:")
        for target in report["targets"]:
            self._out.print(f"  {target['target']}: {target['status']}, valid until {target['expires_at']}")
        for keys in report["access_keys"]:
            self._out.print(f"  {keys['target']}: {keys['status']}, key {keys['key']}")

    def rotations(self, reports: Sequence[dict[str, Any]]) -> None:
        """The scheduled runs, and what they prove."""
        for report in reports[1:]:
            count = sum(target["status"] == "published" for target in report["targets"])
            ends = min((target["expires_at"] for target in report["targets"]), default="")
            changed = [each["target"] for each in report["access_keys"] if each["status"] == "published"]
            anew = f", made anew: {', '.join(changed)}" if changed else ""
            line = f"  fired by the {report['fired_by']}: {count} targets, valid until {ends}{anew}"
            self._out.print(line)
        if any(report["targets"] for report in reports):
            self._out.print("  the deploy's tokens are refused by now, those in variables and secrets work")
        if any(each["status"] == "published" for report in reports[1:] for each in report["access_keys"]):
            line = "  each pair of access keys signed in before and after its change, the deploy's keys no longer do"
            self._out.print(line)
        self._out.print()

    def variables(self, findings: Findings) -> None:
        """What GitLab holds now, without a value, and what hides it from jobs."""
        if not findings.variables:
            return
        own = findings.registry_host
        self._out.print(f"Variables now; the stack's registry is {own}")
        table = Table(box=None, pad_edge=False, header_style="bold", width=self._width)
        table.add_column("variable", overflow="fold", max_width=self._width * 3 // 5)
        table.add_column("flags, and what it holds a login for")
        for held in findings.variables:
            hosts = [_OWN_REGISTRY if host == own else host for host in held.registries]
            name = Text(held.name).append(_MADE_UP if held.made_up else "", style="dim")
            logins = f": {', '.join(hosts)}" if hosts else ""
            table.add_row(name, Text(held.flags).append(logins, style="green" if _OWN_REGISTRY in hosts else ""))
        self._out.print(table)
        for finding in findings.shadows:
            self._out.print(f"  {finding.target}: {finding.what}", f"    {finding.fix}", sep="\n")
        self._out.print()

    def matrix(self, pulls: Sequence[Pull], registry: str) -> None:
        """Who could pull what; a cell that is not as declared says so."""
        if not pulls:
            return
        self.table(pulls)
        counts = Counter(cell.client for cell in pulls)
        by = ", ".join(
            f"{count} pulls by {_OWN_CLIENT if name == OwnClient.name else name}" for name, count in counts.items()
        )
        self._out.print(f"  {by}, from {registry} behind the front")

    def table(self, pulls: Sequence[Pull]) -> None:
        """The matrix alone."""
        drawn = matrix.table(matrix.rows(pulls), self._width)
        self._out.print(drawn or "  too many rows to read: they are in the report")

    def pushes(self, pushes: Sequence[Push]) -> None:
        """Which jobs could push."""
        for each in pushes:
            outcome = {"allowed": "pushed"}.get(each.actual, each.actual)
            as_declared = "" if each.as_declared else f", declared {each.expected}"
            self._out.print(f"  {each.consumer}, {each.job}: {each.repository} {outcome}{as_declared}")

    def fetches(self, fetches: Sequence[Fetch]) -> None:
        """Which jobs could read which login."""
        for each in fetches:
            outcome = {"allowed": "read"}.get(each.actual, each.actual)
            as_declared = "" if each.as_declared else f", declared {each.expected}"
            self._out.print(f"  {each.consumer}, {each.job}: {each.secret} {outcome}{as_declared}")

    def renewal(self, renewal: Renewal | None) -> None:
        """What happened to the rotator's own token."""
        if renewal is None:
            self._out.print("  there is no GitLab token, so there is nothing to renew")
            return
        self._out.print(f"  {renewal.outcome}; the old one is refused, every rotation below writes with the new one")

    def faults(self, runs: Sequence[FaultRun]) -> None:
        """Each rotation with a broken target, and the one after everything was repaired."""
        for run in runs:
            self._out.print(f"  {run.what}", f"    {run.command}", sep="\n")
            whole = len(run.targets) <= _FEW
            for target in run.targets:
                if target["status"] == "failed" or whole:
                    self._out.print(f"    {one_line(target)}")
            if not whole:
                count = sum(target["status"] == "published" for target in run.targets)
                self._out.print(f"    {count} targets published")
            self._out.print(f"    exit code {run.exit_code}")

    def jobs(self, ran: JobResults | None, not_run: str) -> None:
        """Each job that a real runner took, or why none did."""
        if ran is None:
            self._out.print(*([f"\nJobs that ran: none; {not_run}"] if not_run else []))
            return
        self._out.print(f"\nJobs that ran, by {ran.by}")
        for name, keys in ran.adjusted.items():
            line = (
                f"  {name}: its config.toml as rendered, but for" if keys else f"  {name}: its config.toml as rendered"
            )
            self._out.print(line, *(f"    {key}" for key in keys), sep="\n")
        for job in ran.jobs:
            self._out.print(f"  {job.who}, {job.image}, on {job.runner}: {job.actual}", f"    {job.words}", sep="\n")
            if job.cause:
                self._out.print(f"    doctor: {job.cause}: {job.fix}")

    def endpoints(self, file: Path, exports: Sequence[str]) -> None:
        """Where everything is, until Ctrl-C."""
        line = "\nEverything stays up until Ctrl-C. In another shell, before gitlab-ecr, aws or curl:"
        self._out.print(line, f"  . {_short(file)}", "which does", sep="\n")
        self._out.print(*(f"  {line}" for line in exports), sep="\n")
        sys.stdout.flush()

    def success(self, findings: Findings, report: Path) -> None:
        """The end, when all went as declared."""
        self.verdict(findings)
        if findings.made_up:
            self._out.print("Made up for this run:", *(f"  {each}" for each in findings.made_up), sep="\n")
        if findings.not_rehearsed:
            lines = (f"  {each}" for each in findings.not_rehearsed)
            self._out.print("Of this stack file also not rehearsed:", *lines, sep="\n")
        total = sum(findings.timings.values())
        self._out.print(f"{total:.1f} s. Report: {_short(report)}")

    def verdict(self, findings: Findings) -> None:
        """What was as declared, and what no rehearsal proves."""
        allowed = sum(cell.actual == "allowed" for cell in findings.pulls)
        self._out.print(f"\n{allowed} pulls allowed, {len(findings.pulls) - allowed} denied, all as declared.")
        self._out.print("\n".join(_NOT_PROVEN).format(_WITH_RUNNER if findings.jobs else _WITHOUT_RUNNER))

    def failure(self, error: str) -> None:
        """Why it did not go as declared."""
        self._failures.print(f"rehearsal failed: {error}", style="bold red")


def _leaf(resource: Resource) -> Text:
    leaf = Text(f"{resource.type.rpartition(':')[2]} {resource.name}", overflow="fold")
    return leaf.append(f" {resource.id}" if resource.id else "", style="dim")


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
