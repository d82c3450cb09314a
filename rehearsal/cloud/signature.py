"""Signs the requests that the registry front sends to ECR, by version 4 of AWS's signatures.

botocore signs anything; that takes a large stack's rehearsal longer than it takes the emulator to decide.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from .tokens import Session

_SERVICE: Final = "ecr"


def signed(
    session: Session, region: str, host: str, headers: dict[str, str], body: bytes, *, now: datetime | None = None
) -> list[tuple[str, str]]:
    """The headers of a `POST /` to ECR by this session, its signature among them.

    Args:
        session: whose credentials sign.
        region: the region of the registry.
        host: the value of the `Host` header.
        headers: further headers, by names in lower case.
        body: the request's body.
        now: the time of the signature; by default the present.
    """
    moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    token = {"x-amz-security-token": session.session_token} if session.session_token else {}
    all_headers = sorted({**headers, **token, "host": host, "x-amz-date": moment}.items())
    names = ";".join(name for name, _ in all_headers)
    lines = "".join(f"{name}:{value}\n" for name, value in all_headers)
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{moment[:8]}/{region}/{_SERVICE}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = _hmac(_key(session.secret_key, moment[:8], region), text).hex()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={session.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return [*all_headers, ("authorization", authorization)]


@lru_cache(maxsize=4096)  # a token is used for several requests
def _key(secret: str, date: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, _SERVICE, "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
