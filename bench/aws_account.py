"""The rehearsal's AWS account, for clients that ask it for a token."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rehearsal.cloud.cloud import Cloud

_USER: Final = "bench"
_SIGN_IN: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}],
}


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """The environment for a process that gets a token: the account's address, and the keys of a user who may."""
    with Cloud.start("123456789012", "eu-central-1", hosts=[]) as cloud:
        iam = cloud.client("iam")
        iam.create_user(UserName=_USER)
        iam.put_user_policy(UserName=_USER, PolicyName="sign-in", PolicyDocument=json.dumps(_SIGN_IN))
        key = iam.create_access_key(UserName=_USER)["AccessKey"]
        yield {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "AWS_ENDPOINT_URL": cloud.endpoint_url,
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_DEFAULT_REGION": cloud.region,
            # The user's own profiles must not take effect.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }
