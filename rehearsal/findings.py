"""The findings of a rehearsal, and their form in the report."""

from dataclasses import asdict, dataclass, field
from typing import Any

from components.variables.shadow_finder import Finding

from .command_line import CommandRun
from .faults import FaultRun
from .job_runs.job_runs import JobResults
from .job_secrets import Fetch
from .program import Program
from .pulls import Pull
from .pushes import Push
from .renewal import Renewal
from .runners import RunnerFound
from .variables import ShownVariable


@dataclass
class Findings:
    """The findings of a rehearsal, for the report and the screen.

    Attributes:
        waited: how many targets the first rotation did not write, because there was no GitLab token yet.
        token_set: the command that stored the token and rotated.
        registry: the program that stored the images that were pulled and pushed.
        registry_host: the stack's own registry host.
        made_up: what was made up for this run and is not in the stack file.
        jobs: the jobs that a real runner ran.
        jobs_not_run: why no real runner ran any.
        not_rehearsed: what the stack file declares but this machine cannot rehearse.
        timings: seconds by step.
    """

    program: Program = field(default_factory=Program)
    waited: int = 0
    token_set: CommandRun | None = None
    rotations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    runners: list[RunnerFound] = field(default_factory=list[RunnerFound])
    variables: list[ShownVariable] = field(default_factory=list[ShownVariable])
    shadows: list[Finding] = field(default_factory=list[Finding])
    registry: str = ""
    registry_host: str = ""
    made_up: list[str] = field(default_factory=list[str])
    pulls: list[Pull] = field(default_factory=list[Pull])
    fetches: list[Fetch] = field(default_factory=list[Fetch])
    pushes: list[Push] = field(default_factory=list[Push])
    renewal: Renewal | None = None
    faults: list[FaultRun] = field(default_factory=list[FaultRun])
    jobs: JobResults | None = None
    jobs_not_run: str = ""
    not_rehearsed: list[str] = field(default_factory=list[str])
    timings: dict[str, float] = field(default_factory=dict[str, float])


def failures(report: dict[str, Any]) -> list[str]:
    """A line for each audience, target and user with access keys of a rotation that failed."""
    return [f"audience {a['audience']}: {a['reason']}" for a in report["audiences"] if not a["ok"]] + [
        f"{t['target']}: {t['reason']}" for t in (*report["targets"], *report["access_keys"]) if t["status"] == "failed"
    ]


def as_document(findings: Findings, error: str) -> dict[str, Any]:
    """The report as a JSON document. Every secret is "[secret]" or absent."""
    return {
        "ok": not error,
        "error": error,
        "resources": [asdict(resource) for resource in findings.program.resources],
        "outputs": findings.program.outputs,
        "warnings": findings.program.warnings,
        "waited": findings.waited,
        "tokenSet": asdict(findings.token_set) if findings.token_set else None,
        "rotations": [
            {
                "fired_by": rotation["fired_by"],
                "ok": rotation["ok"],
                "targets": [
                    {**{k: v for k, v in target.items() if k != "expires_at"}, "expiresAt": target["expires_at"]}
                    for target in rotation["targets"]
                ],
                "accessKeys": rotation["access_keys"],
            }
            for rotation in findings.rotations
        ],
        "runners": [asdict(found) for found in findings.runners],
        "variables": [asdict(held) for held in findings.variables],
        "shadows": [asdict(finding) for finding in findings.shadows],
        "registry": findings.registry,
        "madeUp": findings.made_up,
        "pulls": [asdict(cell) for cell in findings.pulls],
        "fetches": [asdict(each) for each in findings.fetches],
        "pushes": [asdict(each) for each in findings.pushes],
        "renewal": findings.renewal.outcome if findings.renewal else None,
        "faults": [asdict(run) for run in findings.faults],
        "jobs": asdict(findings.jobs) if findings.jobs else None,
        "jobsNotRun": findings.jobs_not_run or None,
        "notRehearsed": findings.not_rehearsed,
        "timings": {**findings.timings, "total": round(sum(findings.timings.values()), 3)},
    }
