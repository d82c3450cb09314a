"""Where in a stack file an argument stands."""

from typing import Any

import pytest

from components.arguments.camel_case import Written
from components.names.spelling import message, spelled_as
from settings import Declaration
from stack_file.spelling import file_path, of_file


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("consumers", "acme/web_app", "host_forms", 0), ("gitlab-ecr:consumers", "acme/web_app", "hostForms", 0)),
        (("max_session_duration",), ("gitlab-ecr:maxSessionDuration",)),
        (("region",), ("aws:region",)),
        (("stack",), ("the file's name",)),
        ((Written("mutable_tags"),), ("gitlab-ecr:mutable_tags",)),
        ((), ()),
    ],
)
def test_a_path_is_spelled_as_the_file_spells_it(path: Any, found: tuple[Any, ...]) -> None:
    assert file_path(path, Declaration) == found


def test_a_message_about_the_whole_file_names_no_key_and_spells_those_in_its_advice() -> None:
    with spelled_as(of_file(Declaration)):
        assert message((), "write `host_forms`, not 'host_forms'") == "write `hostForms`, not 'host_forms'"
        assert message(("prefix",), "got ''") == "gitlab-ecr:prefix: got ''"
