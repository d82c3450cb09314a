"""A release: notes from the changelog, files of the tag, and a true statement of how they were built."""

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final

import pytest
from ci_file import ROOT, jobs

NOTES: Final = ROOT / ".ci" / "release_notes.py"
PROVENANCE: Final = ROOT / ".ci" / "provenance.py"
JOB: Final = {
    "CI_PROJECT_URL": "https://gitlab.example.com/acme/infra",
    "CI_COMMIT_TAG": "v1.2.3",
    "CI_COMMIT_SHA": "0123456789abcdef0123456789abcdef01234567",
    "CI_JOB_NAME": "package",
    "CI_JOB_URL": "https://gitlab.example.com/acme/infra/-/jobs/7",
    "CI_RUNNER_ID": "5",
    "CI_SERVER_URL": "https://gitlab.example.com",
}
VERSION: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def _run(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The script in a tree with a project file and a changelog."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / NOTES.name).write_text(NOTES.read_text())
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [Unreleased]\n\n- Later.\n\n"
        "## [1.2.3] - 2026-11-26\n\n### Added\n\n- A thing.\n\n### Fixed\n\n- Another.\n\n"
        "## [1.2.2] - 2026-10-01\n\n- Before.\n"
    )
    return tmp_path / ".ci" / NOTES.name


def test_the_notes_are_the_changelogs_section_of_the_tag(tree: Path) -> None:
    done = _run(tree, "v1.2.3")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "### Added\n\n- A thing.\n\n### Fixed\n\n- Another.\n"


def test_the_last_section_ends_with_the_file(tree: Path) -> None:
    (tree.parents[1] / "pyproject.toml").write_text('[project]\nversion = "1.2.2"\n')
    assert _run(tree, "v1.2.2").stdout == "- Before.\n"


@pytest.mark.parametrize(
    ("tag", "changelog", "words"),
    [
        ("v1.2.4", None, "tag v1.2.4: pyproject.toml has version 1.2.3; set it to 1.2.4, or tag v1.2.3"),
        ("1.2.3", None, "tag 1.2.3: pyproject.toml has version 1.2.3"),
        ("v1.2.3", "# Changelog\n", "CHANGELOG.md: no section for 1.2.3; write ## [1.2.3] - YYYY-MM-DD"),
        ("v1.2.3", "## [1.2.3] - unreleased\n\n- A thing.\n", "1.2.3 has the date 'unreleased'; write ## [1.2.3] -"),
        ("v1.2.3", "## [1.2.3] - 2026-11-26\n\n## [1.2.2] - x\n", "nothing under 1.2.3; write what a user gains"),
        ("v1.2.3", "## [1x2.3] - 2026-11-26\n\n- A thing.\n", "no section for 1.2.3"),
    ],
)
def test_a_tag_that_does_not_agree_with_the_tree_releases_nothing(
    tree: Path, tag: str, changelog: str | None, words: str
) -> None:
    if changelog is not None:
        (tree.parents[1] / "CHANGELOG.md").write_text(changelog)
    done = _run(tree, tag)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr


def test_the_changelog_has_a_section_for_the_projects_version() -> None:
    assert f"\n## [{VERSION}] - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_statement_names_commit_job_and_runner() -> None:
    done = _run(PROVENANCE, **JOB)
    assert (done.returncode, done.stderr) == (0, "")
    stated = json.loads(done.stdout)
    assert stated["buildDefinition"]["resolvedDependencies"] == [
        {
            "uri": "git+https://gitlab.example.com/acme/infra@refs/tags/v1.2.3",
            "digest": {"gitCommit": "0123456789abcdef0123456789abcdef01234567"},
        }
    ]
    assert stated["runDetails"] == {
        "builder": {"id": "https://gitlab.example.com/-/runners/5"},
        "metadata": {"invocationId": "https://gitlab.example.com/acme/infra/-/jobs/7"},
    }


def test_outside_of_a_job_for_a_tag_nothing_is_stated() -> None:
    done = _run(PROVENANCE, **{**JOB, "CI_COMMIT_TAG": "", "CI_RUNNER_ID": ""})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "provenance.py: CI_COMMIT_TAG, CI_RUNNER_ID: not set; run this in a GitLab job for a tag\n"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a release, as the job for a tag builds them."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **JOB}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_release_is_the_wheel_and_the_source_archive_that_it_links(dist: Path) -> None:
    linked = [link["url"].rpartition("/")[2] for link in jobs()["release"]["release"]["assets"]["links"]]
    built = {file.name for file in dist.iterdir()} | {"stack-file.schema.json", "plugin.schema.json", "SHA256SUMS"}
    assert {name.replace("$VERSION", VERSION) for name in linked} == built


def test_make_dist_puts_both_schemas_beside_them() -> None:
    command = ["make", "--dry-run", "dist"]
    dry = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    for source, name in (
        ("stacks/schema.json", "stack-file.schema.json"),
        ("plugin/schema.json", "plugin.schema.json"),
    ):
        assert f"cp {source} dist/{name}\n" in dry.stdout
        assert (ROOT / source).exists()


def _metadata(dist: Path) -> Any:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        return message_from_bytes(archive.read(name))


def test_the_addresses_in_a_release_are_those_of_the_project_that_built_it(dist: Path) -> None:
    project = JOB["CI_PROJECT_URL"]
    assert _metadata(dist).get_all("Project-URL") == [
        f"Source, {project}/-/tree/v1.2.3",
        f"Changelog, {project}/-/blob/v1.2.3/CHANGELOG.md",
        f"Documentation, {project}/-/tree/v1.2.3/docs",
        f"Releases, {project}/-/releases",
    ]


def test_a_package_without_a_licence_is_marked_so_that_no_index_accepts_it(dist: Path) -> None:
    metadata = _metadata(dist)
    assert "Private :: Do Not Upload" in metadata.get_all("Classifier")
    assert metadata.get("License-Expression") is None


def test_the_source_archive_holds_the_tree_without_the_link_to_components(dist: Path) -> None:
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {
        "Makefile",
        "requirements.txt",
        "stacks/schema.json",
        "templates/rotate.yml",
        "components/__init__.py",
        "plugin/PulumiPlugin.yaml",
        "plugin/schema.json",
        "policies/PulumiPolicy.yaml",
        "policies/requirements.txt",
    } <= names
    assert [name for name in names if name.startswith((".editable", ".venv", "gitlab_ecr"))] == []


def test_a_release_waits_for_the_tests_and_for_a_protected_tag() -> None:
    every = jobs()
    for name in ("package", "attest", "release"):
        assert all('$CI_COMMIT_REF_PROTECTED == "true"' in rule["if"] for rule in every[name]["rules"]), name
    needed = {need["job"] if isinstance(need, dict) else need for need in every["release"]["needs"]}
    assert needed == {name for name, job in every.items() if job["stage"] == "test"} | {"package", "attest"}
