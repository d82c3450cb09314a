"""Keeps a bucket private: no public access, and no access without TLS."""

import pulumi
import pulumi_aws as aws

from .bucket_policy import tls_only
from .policies import policy_json


def keep_private(name: str, bucket: aws.s3.Bucket, arn: str, opts: pulumi.ResourceOptions) -> aws.s3.BucketPolicy:
    """Blocks public access to the bucket and denies requests without TLS.

    Args:
        name: the name of both resources.
        bucket: the bucket.
        arn: its ARN, which every preview knows.
        opts: the options of both resources.
    """
    closed = aws.s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    # S3 refuses to change both at the same time.
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[closed]))
    return aws.s3.BucketPolicy(name, bucket=bucket.bucket, policy=policy_json(tls_only(arn)), opts=after)
