"""Serves the emulator's HTTP with uvicorn and httptools, whose parser is in C.

ministack 1.5.33 brings a server in pure Python, which takes as long for a request as the emulator itself. A large
stack's rehearsal has ten thousand requests.
"""

import os
from typing import Any, Final

import uvicorn

_IDLE_SECONDS: Final = 75  # as ministack's own


def serve(app: Any) -> None:
    """Serve until the process ends, on the port that ministack would take."""
    uvicorn.run(
        app,
        host=os.environ["BIND_HOST"],
        port=int(os.environ["GATEWAY_PORT"]),
        http="httptools",
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # ministack reads them itself
        server_header=False,
        date_header=False,  # ministack has its own
        timeout_keep_alive=_IDLE_SECONDS,
    )
