"""Which folder may import which, read from the syntax trees: CONTRIBUTING's table, row by row."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from components.rotator import code_zip

ROOT = Path(__file__).parents[1]
COMPONENTS = ROOT / "components"
MAY_IMPORT = {
    "names": set[str](),
    "arguments": {"names"},
    "docker": set[str](),
    "variables": {"docker"},
    "contract": {"docker", "variables"},
    "rotation": {"contract", "docker", "variables"},
    "iam": {"arguments", "contract", "names"},
    "ecr": {"arguments", "iam", "names"},
    "preview": {"docker", "iam", "names"},
    "runner": {"arguments", "contract", "docker", "iam", "names"},
    "rotator": {"arguments", "contract", "iam", "names"},
    "bootstrap": {"arguments", "contract", "iam", "names"},
    "consumers": {"arguments", "contract", "docker", "iam", "names", "variables"},
}
MAY_IMPORT["declaration"] = set(MAY_IMPORT) - {"bootstrap", "preview", "rotation"}
MAY_IMPORT["registry_access"] = MAY_IMPORT["declaration"] | {"declaration"}
MAY_IMPORT["cli"] = {"contract", "docker", "names", "preview", "rotation", "variables"}
PACKAGES = {
    "rotation": {"boto3", "botocore", "urllib3"},
    "cli": {"boto3", "botocore", "click", "rich"},
    "runner/config.py": {"tomli_w"},
}
MAKES_RESOURCES = {
    "arguments/check.py",
    "arguments/component.py",
    "arguments/numbers.py",
    "arguments/shape.py",
    "bootstrap/bootstrap.py",
    "consumers/args.py",
    "consumers/ci_variables.py",
    "consumers/forms.py",
    "declaration/args.py",
    "declaration/gitlab_instance.py",
    "declaration/parts.py",
    "declaration/token_renewal.py",
    "ecr/args.py",
    "ecr/registry.py",
    "ecr/repositories.py",
    "iam/args.py",
    "iam/identities.py",
    "iam/private_bucket.py",
    "iam/pull_user.py",
    "iam/roles.py",
    "registry_access.py",
    "rotator/args.py",
    "rotator/function.py",
    "rotator/job.py",
    "rotator/managed_renewal.py",
    "rotator/rights.py",
    "rotator/rotator.py",
    "rotator/secrets.py",
    "rotator/watch.py",
    "runner/args.py",
    "runner/machine_args.py",
    "runner/runner.py",
}
"""Components, their arguments, and what makes resources: nothing else imports Pulumi."""
LOADS_THEIR_ARGUMENTS = {
    "arguments/camel_case.py",
    "bootstrap/checks.py",
    "consumers/checks.py",
    "consumers/derivation.py",
    "consumers/gitlab_checks.py",
    "consumers/instance.py",
    "declaration/breadth.py",
    "declaration/checks.py",
    "declaration/declared.py",
    "declaration/findings.py",
    "declaration/job_secrets.py",
    "declaration/nested.py",
    "declaration/parts.py",
    "declaration/token_renewal.py",
    "ecr/checks.py",
    "ecr/repository_documents.py",
    "iam/checks.py",
    "iam/role_documents.py",
    "rotator/checks.py",
    "rotator/job_trust.py",
    "runner/access.py",
    "runner/checks.py",
    "runner/config.py",
    "runner/config_shown.py",
    "runner/documents.py",
    "runner/identities.py",
    "runner/packages.py",
    "runner/registration.py",
    "runner/template.py",
    "runner/user_data.py",
    "runner/warnings.py",
}
"""Pure functions of typed arguments, which load Pulumi with them."""
FILES = sorted(COMPONENTS.rglob("*.py"))
LAZY = COMPONENTS / "__init__.py"
"""The library's public names: the only package with code of its own."""


def path(file: Path) -> str:
    return file.relative_to(COMPONENTS).as_posix()


def folder(file: Path) -> str:
    below = file.relative_to(COMPONENTS).parts
    return below[0] if len(below) > 1 else file.stem


@cache
def imported(file: Path) -> tuple[frozenset[Path], frozenset[str]]:
    """What a module imports at any depth of its functions: files of components, and packages from elsewhere."""
    files: set[Path] = set()
    packages: set[str] = set()
    here = file.parent
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            packages.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            base = ([here, *here.parents][node.level - 1]).joinpath(*(node.module or "").split("."))
            for alias in node.names:
                found = next(
                    candidate
                    for candidate in (
                        base / f"{alias.name}.py",
                        base / alias.name / "__init__.py",
                        base.with_suffix(".py"),
                        base / "__init__.py",
                    )
                    if candidate.exists()
                )
                files.add(found)
    return frozenset(files), frozenset(packages)


def closure(starts: list[Path]) -> set[Path]:
    found: set[Path] = set()
    waiting = list(starts)
    while waiting:
        file = waiting.pop()
        if file in found or file == LAZY:
            continue
        found.add(file)
        waiting += [parent / "__init__.py" for parent in file.parents if COMPONENTS in parent.parents]
        waiting += imported(file)[0]
    return found


def reached(start: Path) -> set[Path]:
    """What a module imports, and what that imports, without the packages that Python loads on the way."""
    found: set[Path] = set()
    waiting = [*imported(start)[0]]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += imported(file)[0]
    return found


def test_a_folder_imports_only_what_its_row_allows() -> None:
    for file in FILES:
        if file == LAZY:
            continue  # names load lazily, from everywhere
        own = folder(file)
        wrong = {folder(other) for other in imported(file)[0]} - MAY_IMPORT[own] - {own}
        assert wrong == set(), path(file)


def test_the_docstring_of_each_folder_names_what_it_imports() -> None:
    for own, row in MAY_IMPORT.items():
        if (COMPONENTS / own).is_dir():
            text = ast.get_docstring(ast.parse((COMPONENTS / own / "__init__.py").read_text())) or ""
            named = set(re.findall(r"`(\w+)`", text.rpartition("Imports ")[2]))
            every = {file.name for file in COMPONENTS.iterdir() if file.is_dir() and file.name in MAY_IMPORT}
            assert (every - named - {own} if "every folder" in text else named) == row, own


def test_the_table_in_contributing_has_the_same_rows() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = dict[str, set[str]]()
    for folders, allowed in re.findall(r"^\| (`[\w`, ]+`) \| (.+) \|$", text, re.MULTILINE):
        named = set(re.findall(r"`(\w+)`", allowed.partition(";")[0]))
        for own in re.findall(r"`(\w+)`", folders):
            rows[own] = set(rows) - named if allowed.startswith("all above but") else named
    assert {own: row for own, row in rows.items() if own in MAY_IMPORT} == {
        own: row for own, row in MAY_IMPORT.items() if own != "registry_access"
    }


def test_a_module_imports_only_the_packages_of_its_folder() -> None:
    for file in FILES:
        outside = imported(file)[1] - sys.stdlib_module_names
        allowed = PACKAGES.get(folder(file), set[str]()) | PACKAGES.get(path(file), set[str]())
        if path(file) in MAKES_RESOURCES:
            allowed = allowed | {"pulumi", "pulumi_aws", "pulumi_gitlab"}
        assert outside <= allowed, path(file)


def test_only_the_listed_modules_load_pulumi() -> None:
    loads = {file for file in FILES if "pulumi" in {package for one in closure([file]) for package in imported(one)[1]}}
    assert {path(file) for file in loads} == MAKES_RESOURCES | LOADS_THEIR_ARGUMENTS


def test_every_listed_module_that_makes_resources_exists() -> None:
    assert {name for name in MAKES_RESOURCES if not (COMPONENTS / name).exists()} == set()


def test_the_zip_holds_what_its_handlers_import() -> None:
    held = set(code_zip.code_files().values())
    handlers = [code_zip.HANDLER, code_zip.RENEWAL_HANDLER]
    starts = [COMPONENTS.joinpath(*handler.split(".")[1:-1]).with_suffix(".py") for handler in handlers]
    needed = closure([*starts, COMPONENTS / "rotation" / "__main__.py"])
    assert needed <= held
    assert {folder(file) for file in held} == {folder(file) for file in needed}


def packages() -> list[Path]:
    """The tree's own packages, without those in generated folders: `.venv`, `dist`, a copy in `.rehearsal`."""
    hidden = {each for each in ROOT.iterdir() if each.name.startswith(".") or each.name in ("build", "dist")}
    return sorted(each for top in set(ROOT.iterdir()) - hidden for each in top.rglob("__init__.py"))


def test_a_package_holds_a_docstring_at_most() -> None:
    found = packages()
    assert {each.relative_to(ROOT).parts[0] for each in found} >= {"components", "rehearsal", "tests", "validation"}
    with_code = []
    for each in found:
        tree = ast.parse(each.read_text())
        if tree.body[1:] or (tree.body and ast.get_docstring(tree) is None):
            with_code.append(each)
    assert with_code == [LAZY]


def test_the_emulated_gitlab_imports_nothing_else_of_the_rehearsal() -> None:
    folder = ROOT / "rehearsal" / "gitlab"
    files = sorted(folder.rglob("*.py"))
    assert files
    for file in files:
        above = len(file.relative_to(folder).parts)
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").startswith("rehearsal"):
                assert f"{node.module}.".startswith("rehearsal.gitlab."), file
            elif isinstance(node, ast.ImportFrom):
                assert node.level <= above, file


def test_no_import_is_circular() -> None:
    for file in FILES:
        assert file not in reached(file), path(file)


def test_the_rehearsal_imports_no_module_that_makes_resources() -> None:
    known = {
        ROOT / f"{node.module.replace('.', '/')}.py"
        for file in (ROOT / "rehearsal").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("components.") and node.module
    }
    assert {file for file in known if file.exists() and path(file) in MAKES_RESOURCES} == set()
    assert known


def test_the_plugin_imports_components_by_their_public_names() -> None:
    files = sorted((ROOT / "plugin").glob("*.py"))
    named = [
        (file.name, node.module.split("."))
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0
    ]
    inside = {(file, *module[1:2]) for file, module in named if module[0] == "components" and len(module) > 1}
    assert {folder for _, *rest in inside for folder in rest} <= {"arguments", "names"}
    packages = {module[0] for _, module in named} - sys.stdlib_module_names
    assert packages == {"components", "plugin", "pulumi"}


@pytest.mark.parametrize("module", ["components.contract.plan", "components.rotation.handler", "components"])
def test_documents_and_rotation_load_no_pulumi(module: str) -> None:
    code = f"import sys, {module}; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_rotation_without_access_keys_loads_no_code_for_them() -> None:
    code = "import sys, components.rotation.handler; sys.exit('components.rotation.keys.rotation' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
