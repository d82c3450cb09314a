"""The files around the code: what they name is there, and the tools that read them accept them."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from vendor_schemas import refusals

ROOT: Final = Path(__file__).parents[1]
OWNED: Final = [
    line
    for line in (ROOT / ".gitlab" / "CODEOWNERS").read_text().splitlines()
    if line and not line.startswith(("#", "[", "^["))
]
HOOKS: Final[list[dict[str, Any]]] = [
    hook for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"] for hook in repo["hooks"]
]


@pytest.mark.parametrize("path", OWNED)
def test_every_path_with_an_owner_exists(path: str) -> None:
    found = sorted(ROOT.glob(path.strip("/")))
    assert found, f"{path} in .gitlab/CODEOWNERS does not exist"
    assert not path.endswith("/") or found[0].is_dir()


def test_policies_trust_and_templates_have_owners() -> None:
    policies = {file.relative_to(ROOT).as_posix() for file in (ROOT / "components").rglob("*polic*.py")}
    policies |= {file.relative_to(ROOT).as_posix() for file in (ROOT / "components").rglob("*trust*.py")}
    owned = tuple(path.removeprefix("/") for path in OWNED)
    readers = {
        name for name in policies if name.startswith(("components/cli/", "components/preview/"))
    }  # they grant nothing
    assert [name for name in sorted(policies - readers) if not name.startswith(owned)] == []
    assert {"policies/", "templates/"} <= set(owned)


def test_owners_are_roles_and_not_persons() -> None:
    text = (ROOT / ".gitlab" / "CODEOWNERS").read_text()
    assert re.findall(r"(?<!@)@(?!@)\w", text) == []
    assert set(re.findall(r"@@\w+", text)) == {"@@maintainer"}


def test_renovates_schema_accepts_its_configuration() -> None:
    assert refusals(ROOT / "renovate.json", schema="vendor.renovate") == ""


def test_renovate_keeps_digests() -> None:
    assert "docker:pinDigests" in json.loads((ROOT / "renovate.json").read_text())["extends"]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_the_tool_of_the_environment(hook: dict[str, Any]) -> None:
    program = shlex.split(hook["entry"])[0]
    assert hook["language"] == "system"
    assert (Path(sys.executable).parent / Path(program).name).exists()


def test_nothing_in_the_lock_files_names_an_index() -> None:
    files = sorted(ROOT.glob("requirements*.txt"))
    assert files
    for file in files:
        text = file.read_text()
        assert "://" not in text, file.name
        assert "index-url" not in text, file.name
        pinned = re.findall(r"^[A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE)
        assert pinned
        assert text.count("--hash=sha256:") >= len(pinned)
