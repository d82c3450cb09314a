"""The pages are true: what they name exists, what they show works."""

import re
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from editor_schema import editor_schema
from pages import FENCED, PAGES, ROOT, TEXT, blocks
from program import build
from vendor_schemas import refusals

import settings
from components.cli.__main__ import commands
from validation.recorder import Recorder


def test_a_job_forgets_docker_auth_config_before_it_logs_in() -> None:
    documents = [yaml.load(block.values[0], yaml.CSafeLoader) for block in blocks("yaml")]
    scripts = [
        [*job.get("before_script", []), *job.get("script", [])]
        for document in documents
        if isinstance(document, dict)
        for job in document.values()
        if isinstance(job, dict)
    ]
    logins = [script for script in scripts if any("docker login" in line for line in script)]
    assert logins
    assert [script for script in logins if not script[0].startswith("unset DOCKER_AUTH_CONFIG")] == []


def test_only_languages_that_a_test_reads_are_shown() -> None:
    # `text` is what a command prints, or a query; GitLab draws mermaid.
    shown = {found for content in TEXT.values() for _, found, _ in FENCED.findall(content)}
    assert shown == {"yaml", "typescript", "python", "sh", "text", "mermaid"}


def _config(document: dict[str, Any]) -> dict[str, Any] | None:
    """A stack file's config, if it is one or a part of one: what each needs besides is added."""
    config = document.get("config", document)
    if not all(key.startswith(("gitlab-ecr:", "aws:")) for key in config):
        return None
    needed = {"aws:region": "eu-central-1", "gitlab-ecr:account": "123456789012"}
    return {**needed, "gitlab-ecr:repositories": {"ci/python": {}}, **config}


@pytest.mark.parametrize("text", blocks("yaml"))
def test_a_stack_file_is_valid_and_deploys_and_a_ci_file_is_valid(
    text: str, recorder: Recorder, tmp_path: Path
) -> None:
    document = yaml.load(text, yaml.CSafeLoader)
    if "runtime" in document:
        return  # a program, which tests/plugin/test_examples.py runs
    config = _config(document)
    if config is None:
        (tmp_path / "ci.yml").write_text(text)
        assert refusals(tmp_path / "ci.yml") == ""
        return
    assert [error.message for error in editor_schema().iter_errors({"config": config})] == []
    recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
    values = {key.removeprefix("gitlab-ecr:"): value for key, value in config.items() if key.startswith("gitlab-ecr:")}
    declaration = settings.parse(values, stack="prod", region=config["aws:region"])
    build(declaration)
    repositories = {r.inputs["name"] for r in recorder.of_type("aws:ecr/repository:Repository")}
    assert repositories == config["gitlab-ecr:repositories"].keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_to_exists(page: Path) -> None:
    targets = re.findall(r"\]\((?!https://)([^)#]+)", TEXT[page.relative_to(ROOT).as_posix()])
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_path_in_this_tree_exists_and_a_test_is_in_its_file(page: Path) -> None:
    named = re.findall(
        r"`((?:components|docs|examples|rehearsal|stacks|templates|tests)/[\w./-]+)(?:::(\w+))?`",
        TEXT[page.relative_to(ROOT).as_posix()],
    )
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).exists() or (test and f"\ndef {test}(" not in (ROOT / path).read_text())
    ]
    assert missing == []


@pytest.mark.parametrize("threat", range(1, 14))
def test_each_threat_names_its_measures_their_tests_and_what_remains(threat: int) -> None:
    _, _, section = TEXT["docs/security.md"].partition(f"## T{threat}: ")
    section = section.partition("\n## ")[0]
    assert "**Handled**" in section
    assert "**Remains**: " in section
    assert "`tests/" in section


def test_the_table_of_threats_has_each_of_them_and_a_test_in_each_row() -> None:
    page = TEXT["docs/security.md"]
    _, _, table = page.partition("| threat | protection | test |\n|---|---|---|\n")
    rows = [row.split("|")[1:-1] for row in table.partition("\n\n")[0].splitlines()]
    threats = [re.search(r"T\d+", threat) for threat, _, _ in rows]
    assert {found[0] for found in threats if found} == set(re.findall(r"^## (T\d+): ", page, re.MULTILINE))
    for (threat, held, test), found in zip(rows, threats, strict=True):
        assert found, threat
        assert held.strip(), threat
        (named,) = re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", test)
        section = page.partition(f"## {found[0]}: ")[2].partition("\n## ")[0]
        assert f"`{named}`" in section, f"{named} is in the table, but not in {found[0]}"


def test_the_rows_of_every_table_are_complete_and_the_comparison_points_to_our_code() -> None:
    for content in TEXT.values():
        for table in re.findall(r"(?:^\|.*\|\n)+", content, re.MULTILINE):
            assert len({row.replace("\\|", "").count("|") for row in table.splitlines()}) == 1, table
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in TEXT["docs/comparison.md"].splitlines()
        if row.startswith("|")
    ]
    claims = {row[0]: (row[1], row[-1]) for row in rows[2:]}
    assert {what for what, (ours, where) in claims.items() if (ours == "no") == where.startswith("`")} == set()


@pytest.mark.parametrize("page", TEXT)
def test_a_page_says_what_an_audience_is_where_it_first_names_one(page: str) -> None:
    prose = re.sub(r"`[^`\n]+`", "", re.sub(r"```(?!mermaid).*?```", "", TEXT[page], flags=re.DOTALL))
    first = re.search(r"\baudiences?\b", prose)
    if first is None or page == "docs/existing-account.md":  # there it is the AWS console's word for client ids
        return
    said = re.search(r"sets? of repositories with one pull-only role", prose)
    assert said is not None
    in_a_table = prose[: first.start()].rpartition("\n")[2].startswith("|")  # its legend is below
    assert in_a_table or said.start() - first.start() < 30


def test_keys_in_the_tables_are_keys_of_the_stack_file() -> None:
    rows = re.findall(
        r"^\|.*\| (.*) \|$", TEXT["docs/migration.md"].partition("## From Terraform modules")[2], re.MULTILINE
    )
    texts = [text for row in rows if not row.startswith(("here", "---")) for text in re.findall(r"`([^`]+)`", row)]
    keys = {text.partition(":")[0] for text in texts if re.fullmatch(r"[a-z]+[A-Za-z.]*(: .*)?", text)}
    known = set(_keys(settings.RegistryAccessArgs))
    assert {key for key in keys if not set(key.split(".")) <= known} == set()
    assert len(keys) > 10


def _keys(hint: Any) -> list[str]:
    """The stack file's keys of a TypedDict, and of those in it, at every depth."""
    found = [key for argument in getattr(hint, "__args__", ()) for key in _keys(argument)]
    for key, inner in getattr(hint, "__annotations__", {}).items() if isinstance(hint, type) else ():
        head, *tail = key.split("_")
        found += [head + "".join(word.title() for word in tail), *_keys(inner)]
    return found


def test_the_changelog_has_the_present_version_first() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - (?:unreleased|\d{4}-\d\d-\d\d)$", TEXT["CHANGELOG.md"], re.MULTILINE
    )
    assert released[0] == version
    assert released == sorted(released, key=lambda text: [int(part) for part in text.split(".")], reverse=True)


def test_every_gitlab_ecr_command_in_a_page_exists() -> None:
    named = {name for content in TEXT.values() for name in re.findall(r"`gitlab-ecr ([a-z][a-z-]+)", content)}
    assert named <= set(commands.list_commands(click.Context(commands)))
    assert named


def test_the_readme_has_at_most_900_words_and_every_picture_has_an_alternative_text() -> None:
    assert len(TEXT["README.md"].split()) <= 900
    pictures = [found for content in TEXT.values() for found in re.findall(r"!\[(.*?)\]\((.+?)\)", content)]
    assert [name for alt, name in pictures if len(alt.split()) < 8] == []
    assert {name for _, name in pictures} >= {"docs/rehearsal.svg", "docs/note.svg"}
