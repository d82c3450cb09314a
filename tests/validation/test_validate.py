"""`make validate`: all mistakes of form and of meaning at once, each with its line, its key and what to write."""

import json
import re
from pathlib import Path

import pytest
from pages import FENCED, TEXT

from validation.__main__ import main

_HEAD = 'config:\n  aws:region: eu-central-1\n  gitlab-ecr:account: "123456789012"\n'


def _validate(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, list[str]]:
    file = tmp_path / "Pulumi.mine.yaml"
    file.write_text(text)
    code = main([str(file)])
    return code, capsys.readouterr().out.replace(f"{tmp_path}/", "").splitlines()


def test_both_sorts_of_mistakes_are_reported_together_in_the_order_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = _validate(
        tmp_path,
        capsys,
        f"""{_HEAD}  gitlab-ecr:repositories:
    ci/python: {{ mutable_tags: [x] }}
  gitlab-ecr:consumers:
    acme/web: {{ pull: ci/python }}
    acme/api: {{ pull: [ci/pyton], kind: Group }}
    acme/legacy:
      access: access-keys
      pull: [ci/python]
""",
    )
    assert code == 1
    assert [line.partition("; ")[0] for line in lines] == [
        "Pulumi.mine.yaml:5: gitlab-ecr:repositories.ci/python.mutable_tags: no such key",
        "Pulumi.mine.yaml:7: gitlab-ecr:consumers.acme/web.pull: got 'ci/python'",
        "Pulumi.mine.yaml:8: gitlab-ecr:consumers.acme/api.kind: got 'Group'",
        "Pulumi.mine.yaml:8: gitlab-ecr:consumers.acme/api.pull[0]: 'ci/pyton' is not a repository of this stack",
        "Pulumi.mine.yaml:9: gitlab-ecr:consumers.acme/legacy.longLivedKeys: got nothing",
        "Pulumi.mine.yaml: 5 mistakes",
    ]


def test_a_correct_file_is_reported_as_correct(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _validate(tmp_path, capsys, f"{_HEAD}  gitlab-ecr:repositories: {{ ci/python: }}\n") == (
        0,
        ["Pulumi.mine.yaml: no mistakes"],
    )


def test_with_json_each_mistake_is_an_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "Pulumi.mine.yaml"
    file.write_text(f"{_HEAD}  gitlab-ecr:repositories: [ci/python]\n")
    assert main([str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "file": str(file),
            "line": 4,
            "key": "gitlab-ecr:repositories",
            "severity": "mistake",
            "message": "got ['ci/python']; write keys and values below it, such as { ci/python: {} }",
        }
    ]


def test_a_missing_file_has_its_own_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stacks/Pulumi.none.yaml"]) == 3
    assert "stacks/Pulumi.none.yaml: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("consumers: { a/b: { access: static, auths: [{ username: u, password: fake-pw }] } }", "auths: got a list"),
        ("consumers: { a/b: { access: static, auths: fake-pw } }", "auths: got text"),
        ("consumers: { a/b: { access: static, auths: { r.io: u:fake-pw } } }", "r.io: got text"),
        (
            "consumers: { a/b: { access: static, auths: { r.io: { username: u, password: [fake-pw] } } } }",
            "r.io.password: got a list",
        ),
        (
            "consumers: { a/b: { access: static, auths: { r.io: { username: u, password: 73319 } } } }",
            "r.io.password: got a number",
        ),
        (
            "runners: { r: { groupId: 7, docker: { image: x }, environment: { DB: fake-pw } } }",
            "environment: got keys and values",
        ),
        ("runners: { r: { groupId: glrt-fake-pw, docker: { image: x } } }", "groupId: got '[hidden]'"),
        ("gitlab: { idTokenAudience: [glpat-fake-pw] }", "idTokenAudience: got ['[hidden]']"),
        ("prefix: [AKIAFAKEFAKEFAKE]", "prefix: got ['[hidden]']"),
    ],
)
def test_a_value_that_may_be_a_secret_is_never_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], section: str, words: str
) -> None:
    _, lines = _validate(tmp_path, capsys, f"{_HEAD}  gitlab-ecr:repositories: {{}}\n  gitlab-ecr:{section}\n")
    assert any(f"{words}; " in line for line in lines), lines
    assert not any(secret in line for line in lines for secret in ("fake-pw", "73319", "AKIA"))


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
