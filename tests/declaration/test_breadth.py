"""The warning about a consumer that is the whole instance says what all of its people may do."""

from typing import Any

import pytest

from components.declaration.breadth import find_breadth

_URL = "https://gitlab.example.com"


@pytest.mark.parametrize(
    ("consumer", "rights"),
    [
        ({"pull": ["base/*"], "caches": ["quay"]}, "can pull base/*, quay"),
        ({"access": "static", "auths": {"a.example.com": {}, "b.example.com": {}}}, "can read the logins of a.exa"),
        ({"access": "credential-helper"}, "use the helper of their runner. Groups"),
        ({"access": "credentials-store", "helper": "pass"}, "use the helper of their runner. Groups"),
    ],
)
def test_it_names_the_rights_of_each_access(consumer: dict[str, Any], rights: str) -> None:
    declared: Any = {"instance": {"kind": "instance", **consumer}, "acme": {"kind": "group", "pull": ["app"]}}
    (warning,) = find_breadth(declared, _URL).warnings
    assert warning.path == ("consumers", "instance")
    assert f"in the future. All of them {rights}" in warning.text
    assert ("administrator's" in warning.text) is ("access" not in consumer)
