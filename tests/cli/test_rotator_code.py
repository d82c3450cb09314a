"""The plan in a function's code, where the code cannot be downloaded."""

from types import SimpleNamespace
from typing import Any

import pytest

from components.cli import rotator_code
from components.cli.errors import CliError
from components.rotation.http import Response, UnreachableError

WHERE = "--function rotator: its code cannot be downloaded: "


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (UnreachableError("code.example.com: no answer in time"), "code.example.com: no answer in time"),
        (Response(403, {}, b"<Error>"), "AWS answered 403, not 200"),
    ],
)
def test_the_reason_is_given(monkeypatch: pytest.MonkeyPatch, answer: Any, words: str) -> None:
    def request(*_: Any) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = {"Code": {"Location": "https://code.example.com/a.zip"}}
    monkeypatch.setattr(rotator_code, "aws_client", lambda *_: SimpleNamespace(get_function=lambda **_: found))
    monkeypatch.setattr(rotator_code, "http_client", lambda **_: SimpleNamespace(request=request))
    with pytest.raises(CliError) as error:
        rotator_code.plan_of_function("rotator", None)
    assert error.value.message == f"{WHERE}{words}"
