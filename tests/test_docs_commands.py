"""Every command of a page runs in a test, or has a reason here why it cannot; its parser checks its words."""

import re
import subprocess
from pathlib import Path
from typing import Any, Final

import boto3
import click
import pytest
from pages import ROOT, TEXT, commands, spans
from runner_args import runner_args

from components.cli.__main__ import commands as gitlab_ecr
from components.runner.documents import documents
from reference.command_line import every

RUN_BY: Final = {
    "make rehearse": "tests/rehearsal/test_rehearsal.py::test_each_example_is_rehearsed_and_lists_what_it_leaves_out",
    "make rehearse-engine": "tests/rehearsal/engine/test_engine.py::test_the_engine_makes_and_destroys_the_local_stack",
    "make reference": "tests/reference/test_reference.py::test_the_generated_files_are_those_of_the_present_components",
    "gitlab-ecr": "tests/cli/test_docs_commands.py::test_a_command_of_a_page_works",
    "make docs": "tests/test_site.py::test_every_page_of_the_documentation_is_in_the_site",
    "make dist": "tests/test_release.py::test_a_release_is_the_wheel_and_the_source_archive_that_it_links",
    "pip install .": "tests/test_wheel.py::test_the_installed_command_works",
    "cd examples/": "tests/test_wheel.py::test_the_example_with_everything_uses_every_component",
}
"""By the words that a command begins with: the test that runs it, or does the same."""
NOT_RUN: Final = {
    "make": "it prints the list of commands; tests/test_make.py reads it",
    "make test": "it runs this test",
    "make test-fast": "it runs this test",
    "make venv": "it asks an index for the packages",
    "make fmt": "it would change the tree; `make check` is its other half, and comes before every test",
    "make bench": "it takes minutes, and other machines give other figures",
    "make lock": "it asks an index for the newest versions",
    "pulumi": "the engine and its plugins are downloads; the rehearsal runs the program without them",
    "pip install": "it asks a GitLab for the tag",
    "python3 -m venv policies/venv": "the pack's environment; where there is one, tests/policies runs the pack",
    "policies/venv/bin/pip install": "it asks an index for the packages",
    ".": "it changes the shell that it runs in",
    "aws": "it wants an AWS account; boto3's own description of the service knows the operation and its options",
    "terraform": "people migrate from it; it is not installed here",
    "gitlab-runner": "the runner is a download, and wants a GitLab that hands out jobs",
    "export": "the shell's own",
}
"""By the words that a command begins with: why no test runs it."""
PULUMI: Final[dict[str, set[str]]] = {
    "config get": {"--stack"},
    "config set": {"--path", "--secret", "--stack"},
    "destroy": {"--json", "--preview-only", "--stack"},
    "install": set(),
    "login": set(),
    "package add": set(),
    "policy analyze": {"--file", "--policy-pack"},
    "preview": {"--diff", "--json", "--non-interactive", "--policy-pack", "--policy-pack-config", "--stack"},
    "refresh": {"--stack"},
    "stack export": {"--file", "--stack"},
    "stack import": {"--file", "--stack"},
    "stack init": {"--secrets-provider", "--stack"},
    "stack output": {"--json", "--stack"},
    "up": {"--non-interactive", "--refresh", "--replace", "--stack", "--yes"},
}
"""What pages use of Pulumi's command line. Source: `pulumi <command> --help`, version 3.2xx."""
FROM_A_TAG: Final = re.compile(
    r"pulumi-gitlab-ecr(\[cli\])? @ git\+https://gitlab\.example\.com/.+\.git@v\d+\.\d+\.\d+"
)
POLICY_PACK: Final = [
    ["python3", "-m", "venv", "policies/venv"],
    ["policies/venv/bin/pip", "install", "--require-hashes", "-r", "policies/requirements.txt"],
]
TERRAFORM: Final = {"state list", "state rm"}
FOUND: Final = commands()


def _entry(command: tuple[str, ...], table: dict[str, str]) -> str | None:
    text = " ".join(command)
    fits = [begin for begin in table if f"{text} ".startswith(begin if begin.endswith("/") else f"{begin} ")]
    return max(fits, key=len, default=None)


def _of_stack_files() -> list[tuple[str, ...]]:
    """The commands that the comments of stack files and templates show."""
    files = [*sorted((ROOT / "stacks").glob("*.yaml")), *sorted((ROOT / "templates").glob("*.yml"))]
    lines = [line for file in files for line in re.findall(r"^#   (pulumi .*)$", file.read_text(), re.MULTILINE)]
    return [tuple(part.split()) for line in lines for part in line.split(" && ")]


def test_each_command_has_a_test_that_runs_it_or_a_reason() -> None:
    used = {_entry(command, {**RUN_BY, **NOT_RUN}) for command in FOUND}
    assert None not in used, [command for command in FOUND if _entry(command, {**RUN_BY, **NOT_RUN}) is None]
    assert (RUN_BY.keys() | NOT_RUN.keys()) - used == set(), "no page shows these any more"


@pytest.mark.parametrize("test", sorted(set(RUN_BY.values())))
def test_a_test_that_runs_a_command_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert f"\ndef {name}(" in (ROOT / path).read_text()


@pytest.mark.parametrize("command", [*FOUND, *_of_stack_files(), *spans()], ids=" ".join)
def test_a_command_is_accepted_by_its_own_parser(command: tuple[str, ...]) -> None:
    match command:
        case ["make", *arguments]:
            dry = ["make", "--dry-run", "PYTHON=python3", *arguments]
            done = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        case ["pulumi", *words]:
            _pulumi(words)
        case ["terraform", *words]:
            assert " ".join(words[:2]) in TERRAFORM
        case ["aws", service, operation, *options]:
            _aws(service, operation, options)
        case ["python", "-m", "gitlab_ecr.rotation"]:
            assert (ROOT / command[2].replace("gitlab_ecr", "components").replace(".", "/") / "__main__.py").exists()
        case ["gitlab-ecr", *words]:
            _gitlab_ecr(words)
        case ["gitlab-runner", "register", *options]:
            assert _options(options) <= _options(_registration().split())
        case [".", ".venv/bin/activate"]:
            pass
        case ["pip", "install", what]:
            assert what == "." or FROM_A_TAG.fullmatch(what)
        case ["cd", folder]:
            assert (ROOT / folder / "Pulumi.yaml").exists()
        case ["export", assignment]:
            assert assignment.partition("=")[0] in _registration() or assignment.startswith("CI_SERVER_TOKEN=")
        case _:
            assert list(command) in POLICY_PACK, f"no test knows {command[0]}"


def _options(words: list[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("--")}


def _pulumi(words: list[str]) -> None:
    known = [name for name in PULUMI if words[: len(name.split())] == name.split()]
    assert known, words
    assert _options(words) <= PULUMI[max(known, key=len)]


def _aws(service: str, operation: str, options: list[str]) -> None:
    if (service, operation) == ("ecr", "get-login-password"):
        return  # a command of the AWS CLI, and no operation of ECR
    client: Any = boto3.client(service, region_name="eu-central-1")  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType] - a service by its name
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation.replace("-", "_")])
    own = {"--cli-binary-format"}  # of the command line, for every operation
    members = {"--" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", member).lower() for member in model.input_shape.members}
    assert _options(options) <= members | own
    required = {"--" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower() for name in model.input_shape.required_members}
    assert required <= _options(options)


def _gitlab_ecr(words: list[str]) -> None:
    root = click.Context(gitlab_ecr, info_name="")
    if _options(words) == {"--version"}:
        return
    named = {context.command_path.strip(): command for command, context in every(gitlab_ecr, root)}
    name = max((name for name in named if words[: len(name.split())] == name.split()), key=len, default=None)
    assert name or words[0] in gitlab_ecr.list_commands(root), words
    if name and words[len(name.split()) :]:
        known = {option for parameter in named[name].params for option in parameter.opts}
        assert _options(words) <= known


def _registration() -> str:
    declaration = {
        "account": "123456789012",
        "region": "eu-central-1",
        "prefix": "gitlab-ecr",
        "name": "build",
        "group_id": 20,
        "docker": {"image": "ruby:3.4"},
    }
    return documents(runner_args(declaration)).register_command


def test_every_page_writes_the_command_the_same_way() -> None:
    other = re.compile(r"-m components\.cli|-m gitlab_ecr\.cli|bin/gitlab-ecr\b")
    assert [(page, found[0]) for page, text in TEXT.items() if (found := other.search(text))] == []


def test_paths_of_the_examples_are_those_of_this_tree() -> None:
    for command in FOUND:
        for path in re.findall(r"(?:stacks|examples|tests)/[\w./-]+", " ".join(command)):
            assert Path(ROOT / path).exists(), command
