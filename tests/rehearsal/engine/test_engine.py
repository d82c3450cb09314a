"""The real engine, where there is one."""

import shutil

import pytest

from rehearsal.engine.__main__ import NO_ENGINE, main


@pytest.mark.engine
@pytest.mark.skipif(not shutil.which("pulumi"), reason=NO_ENGINE)
def test_the_local_stack_goes_through_its_life(capfd: pytest.CaptureFixture[str]) -> None:
    status = main([])
    said = capfd.readouterr()
    assert (status, said.err) == (0, "")
    ends = [line for line in said.out.splitlines() if "destroy" in line.partition("(")[0]]
    assert [end.partition("destroy")[0] for end in ends] == ["- ", "- ", "- Lambda: ", "- GitLab's jobs: "]


def test_without_an_engine_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines() == [NO_ENGINE]
