"""Accounts of other partitions in the emulator, which knows `aws` alone."""

from collections.abc import Iterator

import pytest
from aws_principals import ACCOUNT, Principals, allow, trust
from botocore.exceptions import ClientError
from iam_json import policy

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.partition import Exchange, is_data

REGION = "cn-north-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com.cn"
TRUST = trust({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"})


@pytest.fixture(scope="module")
def china() -> Iterator[Cloud]:
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST]) as running:
        yield running


@pytest.mark.parametrize(
    ("given", "exchanged"),
    [
        ("arn:aws-cn:iam::1:role/a", "arn:aws:iam::1:role/a"),
        ("arn:aws:iam::1:role/a", "arn:aws-cn:iam::1:role/a"),
        ('{"a":"arn:aws-cn:s3:::b"}', '{"a":"arn:aws:s3:::b"}'),
        ("Resource%22%3A%22arn%3Aaws-cn%3Aiam", "Resource%22%3A%22arn%3Aaws%3Aiam"),
        ("RoleArn=arn%3aaws%3aiam", "RoleArn=arn%3aaws-cn%3aiam"),
        ("<Arn>arn:aws:iam::1:user/x</Arn>", "<Arn>arn:aws-cn:iam::1:user/x</Arn>"),
        ("arn:aws-us-gov:iam::1:role/a", "arn:aws-us-gov:iam::1:role/a"),
        ("barn:aws:iam", "barn:aws:iam"),
        ("aws:PrincipalArn", "aws:PrincipalArn"),
        ("arn:*:ecr", "arn:*:ecr"),
    ],
)
def test_only_the_two_partitions_are_exchanged(given: str, exchanged: str) -> None:
    exchange = Exchange("aws-cn")
    assert exchange.text(given) == exchanged
    assert exchange.content(given.encode()) == exchanged.encode()
    assert exchange.text(exchanged) == given


@pytest.mark.parametrize(
    ("service", "path", "query", "data"),
    [
        ("s3", "/bucket/key", {}, True),
        ("s3", "/bucket", {"policy": [""]}, False),
        ("lambda", "/2015-03-31/functions/f/invocations", {}, True),
        ("lambda", "/2015-03-31/functions", {}, False),
        ("iam", "/", {}, False),
    ],
)
def test_objects_and_the_events_of_functions_are_left_as_they_are(
    service: str, path: str, query: dict[str, list[str]], data: bool
) -> None:
    assert is_data(service, path, query) is data


def test_a_role_and_its_session_are_in_the_partition(china: Cloud) -> None:
    aws = Principals(china)
    arn = aws.role("reader", allow("ecr:GetAuthorizationToken"), AssumeRolePolicyDocument=TRUST)
    assert arn == f"arn:aws-cn:iam::{ACCOUNT}:role/reader"
    assert china.client("iam").get_role(RoleName="reader")["Role"]["Arn"] == arn
    keys = aws.assume(arn)
    with china.client_of("sts", keys) as sts:
        assert sts.get_caller_identity()["Arn"] == f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/reader/test"


def test_a_policy_on_the_arn_of_another_partition_allows_nothing(china: Cloud) -> None:
    aws = Principals(china)
    secret = china.client("secretsmanager").create_secret(Name="s", SecretString="fake")["ARN"]
    assert secret.startswith("arn:aws-cn:secretsmanager:")
    read = "secretsmanager:GetSecretValue"
    allowed = aws.role("right", allow(read, secret), AssumeRolePolicyDocument=TRUST)
    refused = aws.role("wrong", allow(read, secret.replace("aws-cn", "aws")), AssumeRolePolicyDocument=TRUST)
    with china.client_of("secretsmanager", aws.assume(allowed)) as secrets:
        assert secrets.get_secret_value(SecretId="s")["SecretString"] == "fake"
    with china.client_of("secretsmanager", aws.assume(refused)) as secrets, pytest.raises(ClientError, match="AccessD"):
        secrets.get_secret_value(SecretId="s")


def test_a_bucket_policy_comes_back_as_it_was_put(china: Cloud) -> None:
    s3 = china.client("s3")
    s3.create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    text = policy(
        {**allow("s3:GetObject", "arn:aws-cn:s3:::a-bucket/*"), "Principal": {"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}}
    )
    s3.put_bucket_policy(Bucket="a-bucket", Policy=text)
    assert s3.get_bucket_policy(Bucket="a-bucket")["Policy"] == text
    s3.put_object(Bucket="a-bucket", Key="k", Body=b"arn:aws:iam and arn:aws-cn:iam")
    assert s3.get_object(Bucket="a-bucket", Key="k")["Body"].read() == b"arn:aws:iam and arn:aws-cn:iam"
