"""One AWS client for the sessions of many roles: each thread lends it its own credentials for the duration of a call.

botocore takes credentials when a client is created, and creating one costs more than a call.
"""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from botocore.credentials import Credentials, ReadOnlyCredentials  # pyright: ignore[reportMissingTypeStubs] - none there
from botocore.session import Session  # pyright: ignore[reportMissingTypeStubs] - it ships none


class ThreadsOwn(Credentials):
    """The credentials lent by the calling thread; without them a call fails, and never uses another thread's."""

    def __init__(self) -> None:
        cast("Any", super()).__init__("lent", "lent")
        self._lent = threading.local()

    @contextmanager
    def lent(self, credentials: Mapping[str, str]) -> Generator[None, None, None]:
        """Signs this thread's calls within the block with the credentials of an AssumeRole answer."""
        self._lent.frozen = cast("Any", ReadOnlyCredentials)(
            credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]
        )
        try:
            yield
        finally:
            del self._lent.frozen

    def get_frozen_credentials(self) -> Any:
        """The credentials with which botocore signs a request, in the thread that sends it."""
        return self._lent.frozen


class _Provider:
    METHOD = "lent"
    CANONICAL_NAME = None

    def __init__(self, credentials: ThreadsOwn) -> None:
        self._credentials = credentials

    def load(self) -> ThreadsOwn:
        return self._credentials


def session_with(credentials: ThreadsOwn) -> Any:
    """A botocore session whose clients sign with these, whatever the environment holds."""
    session: Any = cast("Any", Session)()
    session.get_component("credential_provider").insert_before("env", _Provider(credentials))
    return session
