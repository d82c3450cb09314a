"""ARNs that a declaration names: of KMS keys and of managed policies."""

import re
from typing import Final

_KEY: Final = re.compile(r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):\d{12}:key/(mrk-)?[0-9a-f-]{32,36}")
_POLICY: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/([!-~]{1,510}/)?[\w+=,.@-]{1,128}", re.ASCII)


def key_arn(text: str, region: str, field: str = "kms_key") -> str:
    """Returns `text` if it is the ARN of a KMS key in the region.

    An alias is refused: ECR answers with the key behind it, which would differ in every preview.

    Raises:
        ValueError: it is not one; the message names `field`.
    """
    match = _KEY.fullmatch(text)
    if match is None or match["region"] != region:
        raise ValueError(
            f"{field}: got {text!r}; write the ARN of a KMS key in {region}, such as "
            f"arn:aws:kms:{region}:123456789012:key/11111111-2222-3333-4444-555555555555"
        )
    return text


def policy_arn(text: str, field: str = "permissions_boundary") -> str:
    """Returns `text` if it is the ARN of a managed policy.

    Raises:
        ValueError: it is not one; the message names `field`.
    """
    if not _POLICY.fullmatch(text):
        raise ValueError(
            f"{field}: got {text!r}; write the ARN of a managed policy, such as "
            "arn:aws:iam::123456789012:policy/ci-boundary"
        )
    return text
