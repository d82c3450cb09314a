"""An event loop in one thread, for programs that run under the recorder."""

import asyncio
from typing import Any


class OneThreadLoop(asyncio.SelectorEventLoop):
    """Calls at once what Pulumi hands to another thread.

    Those are its calls of the monitor, which over gRPC take time. The recorder's monitor answers immediately, and to
    change threads twice for each resource would take longer than the answer.
    """

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:  # noqa: ARG002 - asyncio's own signature
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - who awaits the future gets it, as from a thread
            future.set_exception(error)
        return future
