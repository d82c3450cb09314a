"""check-jsonschema in this process: as a process of its own, it would import all it needs again for each file."""

from pathlib import Path

import check_jsonschema
from click.testing import CliRunner


def refusals(*files: Path, schema: str = "vendor.gitlab-ci", options: tuple[str, ...] = ()) -> str:
    """What the tool reports about the files by one of its own schemas; empty if they are valid."""
    done = CliRunner().invoke(check_jsonschema.main, ["--builtin-schema", schema, *options, *map(str, files)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output if done.exit_code else ""
