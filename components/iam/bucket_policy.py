"""The policy of a bucket of ours: the state's, and that of a rotator's code."""

from .policies import Document, document


def tls_only(bucket_arn: str) -> Document:
    """The bucket's policy: nobody, however mighty, reads or writes over a connection without TLS."""
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
