"""The pages are true: what they name exists, what they show works."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import boto3
import click
import pulumi
import pytest
import yaml
from pulumi_recorder import Recorder

import settings
from components import RegistryAccess
from components.cli.__main__ import commands

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "CHANGELOG.md",
    ROOT / "examples" / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("comparison", "migration", "security", "upgrading")),
]
TEXT = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
FENCED = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
PULUMI: dict[str, set[str]] = {
    "config": {"--secret", "--path"},
    "preview": {"--stack", "--diff"},
    "stack": set(),
    "up": {"--stack"},
}
TERRAFORM = {"state list", "state rm"}


def _blocks(language: str) -> list[Any]:
    return [
        pytest.param("".join(line[len(indent) :] or "\n" for line in text.splitlines(keepends=True)), id=f"{page}-{at}")
        for page, content in TEXT.items()
        for at, (indent, found, text) in enumerate(FENCED.findall(content))
        if found == language
    ]


def _lines() -> list[Any]:
    return [
        pytest.param(shlex.split(line, comments=True), id=line)
        for block in _blocks("sh")
        for line in block.values[0].splitlines()
    ]


def test_only_languages_that_a_test_reads_are_shown() -> None:
    assert {found for content in TEXT.values() for _, found, _ in FENCED.findall(content)} == {"yaml", "sh"}


@pytest.mark.parametrize("text", _blocks("yaml"))
def test_a_stack_file_is_read_and_deploys_and_a_ci_file_is_valid(text: str, recorder: Recorder, tmp_path: Path) -> None:
    document = yaml.safe_load(text)
    if not all(key.startswith("gitlab-ecr:") for key in document):
        (tmp_path / "ci.yml").write_text(text)
        arguments = ["--builtin-schema", "vendor.gitlab-ci", str(tmp_path / "ci.yml")]
        done = subprocess.run(
            [sys.executable, "-m", "check_jsonschema", *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
        return
    values = {"account": "123456789012", **{key.removeprefix("gitlab-ecr:"): value for key, value in document.items()}}
    declaration = settings.parse(values, stack="prod", region="eu-central-1")
    pulumi.runtime.test(lambda: RegistryAccess("access", declaration) and None)()
    repositories = {r.inputs["name"] for r in recorder.of_type("aws:ecr/repository:Repository")}
    assert repositories == document["gitlab-ecr:repositories"].keys()


@pytest.mark.parametrize("command", _lines())
def test_a_command_exists_with_its_options(command: list[str]) -> None:
    match command:
        case ["make", target, *_]:
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        case ["pulumi", subcommand, *options]:
            assert {option for option in options if option.startswith("-")} <= PULUMI[subcommand]
        case ["terraform", *words]:
            assert " ".join(words[:2]) in TERRAFORM
        case ["aws", service, operation, *options]:
            client = boto3.client(service, region_name="eu-central-1")  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType] - a service by its name
            name = client.meta.method_to_api_mapping[operation.replace("-", "_")]
            known = {_option(member) for member in client.meta.service_model.operation_model(name).input_shape.members}
            assert {option for option in options if option.startswith("--")} <= known
        case ["gitlab-ecr", *words]:
            found: Any = commands
            while words and isinstance(found, click.Group):
                found = found.get_command(click.Context(found), words.pop(0))
            known = {option for parameter in found.params for option in parameter.opts}
            assert {word for word in words if word.startswith("-")} <= known
        case ["pip", "install", folder]:
            assert (ROOT / folder / "pyproject.toml").exists()
        case ["cd", folder]:
            assert (ROOT / folder / "Pulumi.yaml").exists()
        case _:
            pytest.fail(f"no test knows {command[0]}")


def _option(member: str) -> str:
    return "--" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", member).lower()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_exists(page: Path) -> None:
    targets = re.findall(r"\]\((?!https://)([^)#]+)", TEXT[page.name])
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_path_in_this_tree_exists_and_a_test_is_in_its_file(page: Path) -> None:
    named = re.findall(
        r"`((?:components|docs|examples|rehearsal|stacks|templates|tests)/[\w./-]+)(?:::(\w+))?`", TEXT[page.name]
    )
    missing = [
        f"{path}::{test}"
        for path, test in named
        if not (ROOT / path).exists() or (test and f"\ndef {test}(" not in (ROOT / path).read_text())
    ]
    assert missing == []


@pytest.mark.parametrize("threat", range(1, 12))
def test_each_threat_says_what_is_handled_by_which_test_and_what_remains(threat: int) -> None:
    _, _, section = TEXT["security.md"].partition(f"## T{threat}: ")
    section = section.partition("\n## ")[0]
    assert "**Handled**" in section
    assert "**Remains**: " in section
    assert "`tests/" in section


def test_every_row_of_a_table_is_whole_and_what_is_ours_says_where() -> None:
    for content in TEXT.values():
        for table in re.findall(r"(?:^\|.*\|\n)+", content, re.MULTILINE):
            assert len({row.replace("\\|", "").count("|") for row in table.splitlines()}) == 1, table
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in TEXT["comparison.md"].splitlines()
        if row.startswith("|")
    ]
    claims = {row[0]: (row[1], row[-1]) for row in rows[2:]}
    assert {what for what, (ours, where) in claims.items() if (ours == "no") == where.startswith("`")} == set()


def test_keys_in_the_tables_are_keys_of_the_stack_file() -> None:
    rows = re.findall(r"^\|.*\| (.*) \|$", TEXT["migration.md"].partition("## From Terraform modules")[2], re.MULTILINE)
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


def test_a_command_of_gitlab_ecr_in_a_page_is_there() -> None:
    named = {name for content in TEXT.values() for name in re.findall(r"`gitlab-ecr ([a-z-]+)", content)}
    assert named <= set(commands.list_commands(click.Context(commands)))
    assert named
