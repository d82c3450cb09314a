"""The folders of tests mirror the folders of the tree, and helpers of tests are in tests/support alone."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
OF_TESTS = [file for file in TESTS.rglob("*.py") if TESTS / "data" not in file.parents]
SUPPORT = TESTS / "support"
_FROM_TESTS = re.compile(r"^\s*from\s+(?:conftest|test_\w+|tests)\b", re.MULTILINE)


def test_each_folder_of_tests_mirrors_a_folder_of_the_tree() -> None:
    mirrored = {file.parent.relative_to(TESTS) for file in OF_TESTS if SUPPORT not in file.parents}
    missing = [folder for folder in mirrored if not any((top / folder).is_dir() for top in (ROOT, ROOT / "components"))]
    assert missing == []


def test_only_the_support_folder_holds_helpers() -> None:
    elsewhere = [file for file in OF_TESTS if SUPPORT not in file.parents]
    assert [file for file in elsewhere if not file.name.startswith("test_") and file.name != "conftest.py"] == []


def test_no_test_imports_another() -> None:
    imported = {
        node.module
        for file in OF_TESTS
        if _FROM_TESTS.search(text := file.read_text())  # to parse all files would take a second
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    names = {file.stem for file in OF_TESTS if file.name.startswith("test_")} | {"conftest"}
    assert imported & names == set()
    assert not any(module.partition(".")[0] == "tests" for module in imported)
