"""One correction of the emulator: the partition of ARNs.

ministack 1.5.33 knows the partition `aws` alone. In an account of another one, such as `aws-cn`, requests come in and
answers go out with the two names exchanged. So an ARN of the right partition means something inside, and one of the
wrong partition means nothing, as on AWS.
"""

import re
from typing import Any, Final

_KNOWN: Final = "aws"
# In forms, and in the policies that IAM answers with, the colon is `%3A`, and the quote before an ARN `%22`.
_ARN: Final = r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{{2}}))arn(:|%3[Aa])({names})(?=:|%3[Aa])"
_INVOKES: Final = "/invocations"
_READS_LOGS: Final = ("Logs_20140328.FilterLogEvents", "Logs_20140328.GetLogEvents")


class Exchange:
    """The names of two partitions, exchanged in text.

    Args:
        partition: the one that takes the place of `aws`.
    """

    def __init__(self, partition: str) -> None:
        self._partner = {_KNOWN: partition, partition: _KNOWN}
        names = "|".join(sorted(map(re.escape, self._partner), key=len, reverse=True))
        self._names = re.compile(_ARN.format(names=names))
        self._names_in_bytes = re.compile(self._names.pattern.encode())

    def text(self, value: str) -> str:
        """The text with the two exchanged."""
        return self._names.sub(lambda found: f"arn{found[1]}{self._partner[found[2]]}", value)

    def content(self, value: bytes) -> bytes:
        """The same for what is on the wire."""
        return self._names_in_bytes.sub(
            lambda found: b"arn" + found[1] + self._partner[found[2].decode()].encode(), value
        )


def is_data(service: str, path: str, query: dict[str, Any]) -> bool:
    """Whether a request's content is the user's own: an object in a bucket, what a function gets and answers."""
    return path.endswith(_INVOKES) or (service == "s3" and "policy" not in query)


def speak_partition(partition: str) -> None:
    """Make the emulator in this process hold accounts of one partition."""
    if partition == _KNOWN:
        return
    from ministack import app  # noqa: PLC0415 - tests of the exchange need no emulator

    exchange, dispatch = Exchange(partition), app._dispatch_service_request  # noqa: SLF001 - signatures are checked against what came before it

    async def exchanged(  # noqa: PLR0917 - the emulator's signature
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any], request_id: str
    ) -> Any:
        data = is_data(app.detect_service(method, path, headers, query), path, query)
        asked = {key: [exchange.text(value) for value in values] for key, values in query.items()}
        sent = body if data else exchange.content(body)
        status, answered, content = await dispatch(method, exchange.text(path), headers, sent, asked, request_id)
        is_log = headers.get("x-amz-target") in _READS_LOGS  # a function wrote it, in its own words
        if data or is_log or not isinstance(content, str | bytes):
            return status, answered, content
        kept = {name: value for name, value in answered.items() if name.lower() != "content-length"}
        return status, kept, exchange.text(content) if isinstance(content, str) else exchange.content(content)

    app._dispatch_service_request = exchanged  # noqa: SLF001 - as above
