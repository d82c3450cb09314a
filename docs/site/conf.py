"""The documentation as a site: `make docs`. Its pages are those that GitLab shows, and no others."""

import importlib
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))
flowchart = importlib.import_module("flowchart")  # beside this file; Sphinx does not look there


def licence(project_file: str) -> str:
    """The line below each page."""
    chosen = tomllib.loads(project_file)["project"].get("license")
    return f"Licence: {chosen}." if chosen else "No licence is chosen yet; the owner decides."


project = "gitlab-ecr"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/**.md", "examples/README.md"]
exclude_patterns = [
    ".*",
    "bench",
    "components",
    "dist",
    "rehearsal",
    "reference",
    "stack*",
    "tests",
    "typings",
    "validation",
]

# Strict: an unresolved reference is a warning, and `-W` turns warnings into errors.
nitpicky = True
myst_heading_anchors = 4  # as GitLab makes them, so that one link works in both
myst_fence_as_directive: list[str] = []

html_theme = "furo"
html_title = "gitlab-ecr"
html_show_copyright = False
html_show_sphinx = False
templates_path = ["templates"]
html_additional_pages = {"index": "index.html"}  # leads to the README, which is the first page
html_context = {"licence": licence((ROOT / "pyproject.toml").read_text(encoding="utf-8"))}
html_copy_source = False
html_static_path: list[str] = []

_GROUPS: Final = {
    "Begin": ["rehearsal", "first-day", "existing-account", "stack-file", "migration"],
    "Pull and push": ["variables", "job-secrets", "inside-jobs", "runner", "clusters"],
    "Run it": ["operations", "doctor", "token-renewal", "rotation-in-gitlab", "upgrading", "taking-it-out"],
    "Judge it": ["security", "policies", "comparison", "figures"],
    "Reference": ["reference", "cli", "other-languages", "README"],
}
"""The pages of docs/ in the order of the menu; one that is not named here comes last."""
_MERMAID: Final = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def contents() -> str:
    """The menu as a block of MyST; GitLab does not use one, so no page contains it."""
    decisions = sorted(page.stem for page in (ROOT / "docs" / "decisions").glob("*.md"))
    groups = {title: [f"docs/{page}" for page in pages] for title, pages in _GROUPS.items()}
    named = {page for pages in _GROUPS.values() for page in pages}
    others = sorted(page.stem for page in (ROOT / "docs").glob("*.md") if page.stem not in named)
    if others:
        groups["More"] = [f"docs/{page}" for page in others]
    groups["Why it is so"] = [f"docs/decisions/{page}" for page in decisions]
    groups["The project"] = ["examples/README", "CONTRIBUTING", "SECURITY", "CHANGELOG"]
    blocks = (
        "\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```"])
        for title, pages in groups.items()
    )
    return "\n\n".join(blocks)


def _adapted(_app: object, name: str, source: list[str]) -> None:
    # Only GitLab draws mermaid. In Markdown, the block of HTML ends at an empty line, which a drawing does not have.
    source[0] = _MERMAID.sub(lambda found: f"<div>\n{flowchart.svg(found[1])}\n</div>", source[0])
    if name == root_doc:
        source[0] += f"\n{contents()}\n"


def setup(app: Any) -> None:
    """Sphinx calls this."""
    app.connect("source-read", _adapted)
