"""The sample of mistakes on a page is what `make validate` prints for the stack file above it."""

import re

import pytest
from pages import FENCED, TEXT

from validation.__main__ import main


@pytest.mark.parametrize("page", ["README.md", "docs/stack-file.md"])
def test_the_mistakes_that_a_page_shows_are_those_of_the_file_above(
    page: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    blocks = [(language, text) for _, language, text in FENCED.findall(TEXT[page])]
    shown = next(text for language, text in blocks if language == "text")
    stack = next(text for language, text in blocks if language == "yaml")
    folder = tmp_path_factory.mktemp("tree")
    (folder / "stacks").mkdir()
    wrong = stack.replace("kind: group", "kind: Group").replace("{ pull: [ci/node]", "{ pul: [ci/node]")
    assert wrong.count("Group") == wrong.count("pul:") == 1
    (folder / "stacks" / "Pulumi.prod.yaml").write_text(wrong)
    monkeypatch.chdir(folder)
    assert main(["stacks/Pulumi.prod.yaml"]) == 1
    assert capsys.readouterr().out == shown
    (named,) = set(re.findall(r"stacks/Pulumi\.\w+\.yaml", shown))
    assert named == "stacks/Pulumi.prod.yaml"
