"""The jobs of `.gitlab-ci.yml`, each with what it extends."""

from pathlib import Path
from typing import Any, Final

import yaml

from rehearsal.jobs import template_jobs

ROOT: Final = Path(__file__).parents[2]
CI: Final = ROOT / ".gitlab-ci.yml"
TEMPLATES: Final = sorted((ROOT / "templates").rglob("*.yml"))
_KEYWORDS: Final = {"workflow", "stages", "default", "variables", "include", "spec"}


def documents(file: Path) -> list[dict[str, Any]]:
    """The YAML documents of a CI file."""
    return list(yaml.load_all(file.read_text(), yaml.CSafeLoader))


def template(file: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """A template's inputs, and its jobs by name, before the inputs are filled in."""
    *headers, jobs_of_it = documents(file)
    return headers[0]["spec"]["inputs"] if headers else {}, jobs_of_it


def jobs() -> dict[str, dict[str, Any]]:
    """Every job that can run, merged as GitLab does it: mappings by key, everything else replaced."""
    (document,) = documents(CI)

    def whole(job: dict[str, Any]) -> dict[str, Any]:
        extended = job.get("extends", [])
        merged: dict[str, Any] = {}
        for name in [extended] if isinstance(extended, str) else extended:
            merged = _merged(merged, whole(document[name]))
        return _merged(merged, job)

    return {name: whole(job) for name, job in document.items() if name not in _KEYWORDS and not name.startswith(".")}


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = under.keys() & over.keys()
    deep = {k: _merged(under[k], over[k]) for k in both if isinstance(under[k], dict) and isinstance(over[k], dict)}
    return {**under, **over, **deep}


def image(job: dict[str, Any]) -> str:
    """The image that a job runs in."""
    found = job["image"]
    return found["name"] if isinstance(found, dict) else found


def rotate_jobs() -> dict[str, dict[str, Any]]:
    """The jobs of `templates/rotate.yml` for one stack."""
    return template_jobs({"prefix": "gitlab-ecr-prod", "account": "012345678901", "region": "eu-central-1"})
