"""The reference spells keys as a stack file does, also in its sentences."""

import json
import re
from pathlib import Path

import pytest

from reference import analysis
from reference.spelling import as_in_a_stack_file, snake

ROOT = Path(__file__).parents[2]


def test_a_key_is_spelled_as_in_a_stack_file_and_another_programs_word_is_left_alone() -> None:
    schema = {
        "properties": {
            "mutableTags": {"description": "Not with `keep`. See `image:pull_policy`, `id_tokens`, `pull_policy`."},
            "pullPolicy": {"description": "Beside `mutable_tags`, or `mutable_tags: [x]`; mutable_tags."},
        }
    }
    found = as_in_a_stack_file(schema)["properties"]
    assert found["mutableTags"]["description"] == (
        "Not with `keep`. See `image:pull_policy`, `id_tokens`, `pullPolicy`."
    )
    assert found["pullPolicy"]["description"] == "Beside `mutableTags`, or `mutableTags: [x]`; mutable_tags."


@pytest.mark.parametrize("file", ["docs/reference.md", "stacks/schema.json"])
def test_no_key_is_spelled_as_in_python(file: str) -> None:
    text = (ROOT / file).read_text().replace("(`mutableTags` is `mutable_tags`)", "")
    keys = set(re.findall(r'"(\w+)": \{', json.dumps(analysis.schema())))
    in_python = {snake(key) for key in keys if snake(key) != key}
    named = set(re.findall(r"(?<![:\w.])[a-z]+(?:_[a-z]+)+", text))
    assert len(in_python) > 100
    assert named & in_python == set()
    assert "be True" not in text
