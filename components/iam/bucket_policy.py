"""The policy of the buckets made here: that of the state, and that of the rotator's code."""

from .policies import Document, document


def tls_only(bucket_arn: str) -> Document:
    """A bucket policy that denies everyone, even administrators, any access without TLS."""
    return document(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
