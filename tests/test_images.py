"""The images of CI and templates: pinned by digest with the tag beside it, and found by Renovate."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
import yaml
from ci_file import CI, ROOT, TEMPLATES, image, jobs

PINNED: Final = re.compile(r"(?P<name>[a-z0-9][\w./-]*):(?P<tag>[\w.-]+)@(?P<digest>sha256:[0-9a-f]{64})")
NOT_LOOKED_UP: Final = {"pulumi/pulumi-python:3.272.0", "registry.gitlab.com/gitlab-org/cli:v1.114.0"}
NOT_LOOKED_UP_IN_TEMPLATES: Final = {
    "ghcr.io/osscontainertools/kaniko:v1.28.5-debug",
    "quay.io/buildah/stable:v1.43.1",
}
"""Images whose digests no two independent sources name; Renovate adds the digest that it finds in the registry."""


def _images(value: object) -> list[str]:
    """Whatever a template runs or offers as a default, wherever it stands."""
    if isinstance(value, dict):
        return [found for item in value.values() for found in _images(item)]
    if isinstance(value, list):
        return [found for item in value for found in _images(item)]
    return (
        [value] if isinstance(value, str) and re.fullmatch(r"[a-z0-9][\w./-]*:[\w.-]*\d[\w.-]*(@\S+)?", value) else []
    )


def test_every_job_runs_in_an_image_that_is_pinned_by_digest() -> None:
    loose = {image(job) for job in jobs().values() if not PINNED.fullmatch(image(job))}
    assert loose == NOT_LOOKED_UP


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_every_image_of_a_template_is_pinned_by_digest_and_found_by_renovate(file: Path) -> None:
    text = file.read_text()
    found = [name for document in yaml.safe_load_all(text) for name in _images(document)]
    assert found or "image:" not in "".join(
        line for line in text.splitlines(keepends=True) if line[:1] != "#"
    )  # a hidden job has none
    loose = {name for name in found if not PINNED.fullmatch(name)}
    assert loose <= NOT_LOOKED_UP_IN_TEMPLATES
    (manager,) = json.loads((ROOT / "renovate.json").read_text())["customManagers"]
    (pattern,) = (each.replace("(?<", "(?P<") for each in manager["matchStrings"])
    seen = {match[0]: match.groupdict() for match in re.finditer(pattern, text)}
    assert seen.keys() == set(found) - loose
    assert all(match["depName"] and match["currentValue"] and match["currentDigest"] for match in seen.values())


def test_one_image_has_one_digest() -> None:
    everywhere = [image(job) for job in jobs().values()]
    everywhere += [
        name for file in TEMPLATES for part in yaml.safe_load_all(file.read_text()) for name in _images(part)
    ]
    digests: dict[str, set[str]] = {}
    for name in everywhere:
        tagged, _, digest = name.partition("@")
        digests.setdefault(tagged, set()).add(digest)
    assert [name for name, found in digests.items() if len(found) > 1] == []


def test_no_job_and_no_template_installs_packages_of_a_distribution() -> None:
    files = [CI, *TEMPLATES]
    installs = re.compile(r"\b(apk add|apt-get install|apt install|dnf install|yum install)\b")
    found = [(file.name, line) for file in files for line in file.read_text().splitlines() if installs.search(line)]
    assert found == []
