"""Makes a runner's arguments from one flat mapping, with whatever a test puts into it."""

from collections.abc import Mapping
from typing import Any

from components.runner.args import RunnerArgs

_OUTER = ("account", "region", "prefix", "name", "gitlab_url", "aws_tags")
_DEFAULTS = {"account": "123456789012", "region": "eu-central-1", "prefix": "prod", "name": "build"}


def runner_args(declared: Mapping[str, Any]) -> RunnerArgs:
    """Account, region, name and the like go beside `options`, all other keys into it."""
    outer = {key: value for key, value in declared.items() if key in _OUTER}
    args: Any = {**_DEFAULTS, **outer, "options": {key: declared[key] for key in declared if key not in _OUTER}}
    return args
