"""Runs a due pipeline schedule as GitLab and a runner would: each job whose rules match, as a process."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml

from .json_values import is_list, is_mapping
from .world import World

NOT_REHEARSED: Final = (
    "the image of the rotator's job, its pip install, GitLab's clock and its runner: it ran here when due"
)
_TEMPLATE: Final = Path(__file__).parents[1] / "templates" / "rotate.yml"
_INPUT: Final = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")
_CLAUSE: Final = re.compile(r'\$(\w+) == "([^"]*)"')
_INSTALLS: Final = "pip install"  # what it installs, this process has already
_SECONDS: Final = 120


@dataclass(frozen=True)
class Pipeline:
    """One run of a schedule: its project, its branch, and the schedule's description."""

    project: str
    branch: str
    description: str


def template_jobs(inputs: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The jobs of `templates/rotate.yml`, included with these inputs."""
    header, jobs = yaml.safe_load_all(_TEMPLATE.read_text())
    values: dict[str, str] = {}
    for name, declaration in header["spec"]["inputs"].items():
        value = inputs[name] if name in inputs else cast("str | None", declaration.get("default"))
        regex: str = declaration.get("regex", "")
        if value is None or not re.search(regex, value):
            raise ValueError(f"inputs.{name}: got {value!r}; the template wants {regex or 'a value'}")
        values[name] = value
    return _interpolated(jobs, values)


def _interpolated(value: Any, inputs: Mapping[str, str]) -> Any:
    """As GitLab does: text by text, after the YAML has been parsed."""
    if is_mapping(value):
        return {_interpolated(key, inputs): _interpolated(item, inputs) for key, item in value.items()}
    if is_list(value):
        return [_interpolated(item, inputs) for item in value]
    return _INPUT.sub(lambda match: inputs[match[1]], value) if isinstance(value, str) else value


def run(
    world: World, pipeline: Pipeline, jobs: Mapping[str, Mapping[str, Any]]
) -> dict[str, subprocess.CompletedProcess[str]]:
    """Runs every job that the pipeline has, by its name."""
    predefined = _predefined(world, pipeline)
    return {
        name: _process(world, pipeline, job, predefined)
        for name, job in jobs.items()
        if any(all(predefined.get(key) == value for key, value in _CLAUSE.findall(rule["if"])) for rule in job["rules"])
    }


def _predefined(world: World, pipeline: Pipeline) -> dict[str, str]:
    protected = world.gitlab.protected_branches(pipeline.project)
    return {
        "CI_PIPELINE_SOURCE": "schedule",
        "CI_PIPELINE_SCHEDULE_DESCRIPTION": pipeline.description,
        "CI_COMMIT_REF_NAME": pipeline.branch,
        "CI_COMMIT_REF_PROTECTED": str(pipeline.branch in protected).lower(),
        "CI_SERVER_URL": world.gitlab.known_as,
        "CI_PROJECT_ID": "1",
        "CI_JOB_ID": "1",
    }


def _process(
    world: World, pipeline: Pipeline, job: Mapping[str, Any], predefined: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    def expanded(text: str) -> str:
        return re.sub(r"\$(\w+)", lambda match: predefined.get(match[1], ""), str(text))

    tokens = {
        name: world.gitlab.issue_id_token(
            pipeline.project, aud=expanded(token["aud"]), ref=pipeline.branch, pipeline_source="schedule"
        )
        for name, token in job["id_tokens"].items()
    }
    lines = [line for line in [*job["before_script"], *job["script"]] if _INSTALLS not in line]
    with tempfile.TemporaryDirectory(prefix="rehearsal-job-") as home:
        environment = {
            **predefined,
            **{key: expanded(value) for key, value in job["variables"].items()},
            **tokens,
            **world.cloud.environment(),
            "HOME": home,
            "TMPDIR": home,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(  # noqa: S603 - the template's own lines, in the runner's shell
            ["/bin/sh", "-ec", "\n".join(lines)],
            env=environment,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
