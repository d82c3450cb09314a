"""boto3 sessions that share what botocore reads from its own files: the models and endpoint rules of AWS's services.

A function's process runs many rotations, each with sessions of its own. Every session would read these files again,
which takes longer than the calls of a small rotation. They hold nothing of a user, and no session changes them.
"""

from typing import Any, Final, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.loaders import Loader  # pyright: ignore[reportMissingTypeStubs] - it ships none
from botocore.session import Session  # pyright: ignore[reportMissingTypeStubs] - it ships none

_FILES: Final[Any] = cast("Any", Loader)()


def new_session(region: str | None = None, inner: Any = None) -> Any:
    """A boto3 session, around the botocore session `inner`; by default around one of the environment."""
    inner = inner or cast("Any", Session)()
    made = cast("Any", boto3).Session(region_name=region, botocore_session=inner)
    # Only now: boto3 adds its own folder to the loader that it finds, and would add it once more in each run.
    inner.register_component("data_loader", _FILES)
    return made
