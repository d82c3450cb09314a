"""Makes principals in the local cloud, and their registry tokens, for tests."""

from dataclasses import dataclass
from typing import Any

import boto3
from iam_json import policy

from rehearsal.cloud.cloud import Cloud
from rehearsal.puller import PullResult, connection_pool, pull
from rehearsal.sessions import keys_of

ACCOUNT = "123456789012"
REGION = "eu-central-1"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
PUSH = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")


def allow(actions: tuple[str, ...] | str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def trust(principal: dict[str, str], **condition: dict[str, str]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return policy(statement | ({"Condition": condition} if condition else {}))


def repository_arn(name: str) -> str:
    return f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}"


ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
GET_TOKEN = allow("ecr:GetAuthorizationToken")


@dataclass
class Principals:
    cloud: Cloud

    def role(self, name: str, *statements: dict[str, Any], path: str = "/", **settings: Any) -> str:
        """Makes a role with one inline policy, which the account may assume; returns its ARN."""
        iam = self.cloud.client("iam")
        made = iam.create_role(RoleName=name, Path=path, **{"AssumeRolePolicyDocument": trust(ROOT), **settings})
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy(*statements))
        return made["Role"]["Arn"]

    def assume(self, role_arn: str, by: dict[str, str] | None = None, **settings: Any) -> dict[str, str]:
        """Assumes the role; returns the arguments with which a boto3 client uses that session."""
        sts = self.client("sts", by) if by else self.cloud.client("sts")
        made = sts.assume_role(RoleArn=role_arn, RoleSessionName="test", **settings)["Credentials"]
        return keys_of(made)

    def client(self, service: str, credentials: dict[str, str], region: str = REGION) -> Any:
        return boto3.client(service, region_name=region, endpoint_url=self.cloud.endpoint_url, **credentials)  # pyright: ignore[reportCallIssue, reportArgumentType] - services by name

    def token(self, credentials: dict[str, str], region: str = REGION) -> dict[str, Any]:
        return self.client("ecr", credentials, region).get_authorization_token()["authorizationData"][0]

    def auth(self, role_arn: str) -> str:
        return self.token(self.assume(role_arn))["authorizationToken"]

    def pull(self, repository: str, reference: str, auth: str | None, host: str = HOST) -> PullResult:
        with connection_pool(self.cloud.proxy_url, self.cloud.ca_file) as pool:
            return pull(pool, host, repository, reference, auth=auth)
