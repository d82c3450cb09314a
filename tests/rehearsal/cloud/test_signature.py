"""The front's signatures are those of botocore."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rehearsal.cloud.signature import signed
from rehearsal.cloud.tokens import Session

_HOST = "127.0.0.1:4566"
_HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.PutImage",
}
_ARN = "arn:aws:sts::123456789012:assumed-role/pulls/one"


def _by_botocore(session: Session, region: str, body: bytes, now: str) -> str:
    request: Any = AWSRequest("POST", f"http://{_HOST}/", data=body, headers=_HEADERS)
    request.context["timestamp"] = now
    signer: Any = SigV4Auth(Credentials(session.access_key, session.secret_key, session.session_token), "ecr", region)
    if session.session_token:
        request.headers["X-Amz-Security-Token"] = session.session_token
    request.headers["X-Amz-Date"] = now
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)


@pytest.mark.parametrize("token", [None, "fake-session-token/+="])
@pytest.mark.parametrize("body", [b"", b'{"registryId": "123456789012"}', '{"a": "é"}'.encode()])
@pytest.mark.parametrize("region", ["eu-central-1", "us-gov-west-1"])
def test_a_signature_is_the_one_that_botocore_makes(token: str | None, body: bytes, region: str) -> None:
    session = Session("ASIAFAKE", "fake-secret", token, _ARN)
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for now in (moment, moment + timedelta(days=1)):  # each day has its own key
        headers = dict(signed(session, region, _HOST, _HEADERS, body, now=now))
        expected = _by_botocore(session, region, body, now.strftime("%Y%m%dT%H%M%SZ"))
        assert headers["authorization"].endswith(f", Signature={expected}")
        assert headers.get("x-amz-security-token") == token
