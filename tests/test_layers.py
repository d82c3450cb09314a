"""Imports go one way: __main__ -> components -> documents; rotation -> documents; cli -> rotation, documents."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPONENTS = ROOT / "components"
MAY_IMPORT = {
    "documents": {"documents"},
    "rotation": {"rotation", "documents"},
    "cli": {"cli", "rotation", "documents"},
    "": {"", "documents"},
}
STANDARD_LIBRARY = set(sys.stdlib_module_names)
OUTSIDE = {
    "documents": {"tomli_w"},  # config.toml, which the rotator never renders
    "rotation": {"boto3", "botocore", "urllib3"},
}


def layer(file: Path) -> str:
    below = file.relative_to(COMPONENTS).parts
    return below[0] if len(below) > 1 else ""


def imports(file: Path) -> list[tuple[str, str]]:
    """(layer or "outside", name) of everything a module imports, whatever the depth of its folder."""
    found: list[tuple[str, str]] = []
    depth = len(file.relative_to(COMPONENTS).parts)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found += [("outside", alias.name.split(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.append(("outside", (node.module or "").split(".")[0]))
        elif isinstance(node, ast.ImportFrom):
            parts = file.relative_to(COMPONENTS).parts[: depth - node.level]
            names = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
            found += [(parts[0] if parts else (name if (COMPONENTS / name).is_dir() else ""), name) for name in names]
    return found


@pytest.mark.parametrize("file", sorted(COMPONENTS.rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_one_way(file: Path) -> None:
    own = layer(file)
    wrong = [name for target, name in imports(file) if target != "outside" and target not in MAY_IMPORT[own]]
    assert wrong == []
    if own in OUTSIDE:
        allowed = STANDARD_LIBRARY | OUTSIDE[own]
        assert [name for target, name in imports(file) if target == "outside" and name not in allowed] == []


def test_the_rehearsal_knows_no_component() -> None:
    known = {
        (str(file.relative_to(ROOT)), node.module)
        for file in (ROOT / "rehearsal").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("components")
    }
    assert {place for place in known if not (place[1] or "").startswith("components.documents")} == set()
    assert known


@pytest.mark.parametrize("module", ["components.documents.plan", "components.rotation.handler", "components"])
def test_documents_and_rotation_load_no_pulumi(module: str) -> None:
    code = f"import sys, {module}; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
