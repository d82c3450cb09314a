"""The documentation as a site: every page and every link in it, strictly built, with search and the licence line."""

import json
import re
import runpy
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from pages import PAGES, ROOT

pytestmark = pytest.mark.slow(reason="it builds the whole site")
CONF: Final = ROOT / "docs" / "site"
NO_LICENCE: Final = "No licence is chosen yet; the owner decides."


def _build(source: Path, conf: Path, to: Path) -> subprocess.CompletedProcess[str]:
    """What `make docs` and CI do."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", str(conf), str(source), str(to)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=source)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = _build(ROOT, CONF, folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_every_page_of_the_documentation_is_in_the_site(site: Path) -> None:
    pages = [page.relative_to(ROOT).with_suffix(".html") for page in PAGES]
    assert [page for page in pages if not (site / page).exists()] == []
    assert 'id="registryaccess"' in (site / "docs" / "reference.html").read_text()


def test_the_address_of_the_site_leads_to_its_first_page(site: Path) -> None:
    assert 'content="0; url=README.html"' in (site / "index.html").read_text()


def test_every_page_has_the_licence_line(site: Path) -> None:
    pages = [page for page in site.rglob("*.html") if page.name not in {"genindex.html", "search.html"}]
    assert [page for page in pages if NO_LICENCE not in page.read_text()] == []
    assert not [page for page in pages if "©" in page.read_text()]


def test_the_search_finds_a_word_of_a_page(site: Path) -> None:
    index = json.loads((site / "searchindex.js").read_text().removeprefix("Search.setIndex(").removesuffix(")"))
    found = index["terms"]["kubelet"]
    names = {index["docnames"][number] for number in (found if isinstance(found, list) else [found])}
    assert "docs/clusters" in names


def test_the_pictures_are_in_the_site_and_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    front = (site / "README.html").read_text()
    pictures = re.findall(r'<img[^>]* src="([^"]+)"', front)
    assert pictures
    assert [picture for picture in pictures if not (site / picture).exists()] == []
    pages = [page.read_text() for page in site.rglob("*.html")]
    elsewhere = re.compile(r'<(?:script|link|img)[^>]*(?:src|href)="(https?:[^"]+)')
    assert [found for page in pages for found in elsewhere.findall(page)] == []


def test_a_diagram_is_drawn_and_no_page_shows_its_source(site: Path) -> None:
    with_diagrams = [page for page in PAGES if "```mermaid" in page.read_text()]
    assert ROOT / "README.md" in with_diagrams
    for page in with_diagrams:
        built = (site / page.relative_to(ROOT).with_suffix(".html")).read_text()
        assert built.count('<svg class="flowchart"') == page.read_text().count("```mermaid")
    shown = {
        page: unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", "", page.read_text(), flags=re.DOTALL))
        for page in site.rglob("*.html")
    }
    assert [page for page, text in shown.items() if re.search(r"flowchart (LR|TD|TB)\b|--> *[|\w]", text)] == []


def test_a_broken_link_is_named_and_fails_the_build(tmp_path: Path) -> None:
    wrong = ("[gone](gone.md)", "[gone](#gone)", "{py:class}`gone`")
    (tmp_path / "README.md").write_text("\n\n".join(["# A page", *wrong, ""]))
    conf = tmp_path / "docs" / "site"
    conf.mkdir(parents=True)
    text = (CONF / "conf.py").read_text()
    (conf / "conf.py").write_text(text.replace('source[0] += f"\\n{contents()}\\n"', "pass"))
    (conf / "templates").symlink_to(CONF / "templates")
    (conf / "flowchart.py").symlink_to(CONF / "flowchart.py")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    done = _build(tmp_path, conf, tmp_path / "out")
    assert done.returncode == 1
    named = re.findall(r"README\.md:(\d+): WARNING: .*gone", done.stderr)
    assert named == ["3", "5", "7"], done.stderr  # a line with nothing else would fail the build by itself
    (tmp_path / "README.md").write_text("# A page\n")
    assert _build(tmp_path, conf, tmp_path / "out").returncode == 0


def test_the_site_names_a_licence_once_it_is_chosen() -> None:
    licence = runpy.run_path(str(CONF / "conf.py"))["licence"]
    assert licence('[project]\nlicense = "MIT"\n') == "Licence: MIT."
    assert licence("[project]\n") == NO_LICENCE
