"""The schema of stack files as an editor has it."""

from functools import cache

import jsonschema

from reference import analysis
from reference.stack_file import json_schema


@cache
def editor_schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema(analysis.schema()))
