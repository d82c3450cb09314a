"""A person at a terminal sees what is under way; a file or a pipe does not."""

import io

import pytest

from components.cli.progress import progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(_Terminal(), True), (io.StringIO(), False)])
def test_only_a_terminal_shows_it(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: bool) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", stream)
    with progress("waiting for [acme/web] :warning:"):
        pass
    # What looks like markup or an emoji is part of a name.
    assert ("waiting for [acme/web] :warning:" in stream.getvalue()) is shown
    assert bool(stream.getvalue()) is shown
