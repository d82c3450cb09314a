"""AWS sessions: of a runner's instance role, of a user with access keys, of a GitLab job."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from components.names.registry_host import parse_registry_host, partition_of

from .world import World

EXTRA_TRUST: Final = "RehearsalOnly"
Keys = dict[str, str]
"""Credentials in the form that boto3 accepts."""


def of_runner(world: World, role: str) -> Keys:
    """The instance role's session. No machine is there to have it, so the role is made to trust the account."""
    iam = world.aws("iam")
    found = iam.get_role(RoleName=role)["Role"]
    trust = found["AssumeRolePolicyDocument"]
    trust = json.loads(trust) if isinstance(trust, str) else trust
    account = {"AWS": f"arn:{partition_of(world.region)}:iam::{world.account}:root"}
    extra = {"Sid": EXTRA_TRUST, "Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole"}
    statements = [*(each for each in trust["Statement"] if each.get("Sid") != EXTRA_TRUST), extra]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps({**trust, "Statement": statements}))
    made = world.aws("sts").assume_role(RoleArn=found["Arn"], RoleSessionName="rehearsal")
    return keys_of(made["Credentials"])


def assumed(world: World, role_arn: str, by: Keys) -> Keys:
    """The session of a role that somebody else assumes."""
    with world.cloud.client_of("sts", by) as sts:
        return keys_of(sts.assume_role(RoleArn=role_arn, RoleSessionName="rehearsal")["Credentials"])


def caller(world: World, keys: Keys) -> str:
    """The ARN of the identity that signs with these; empty when AWS does not know them."""
    with world.cloud.client_of("sts", keys) as sts:
        try:
            return str(sts.get_caller_identity()["Arn"])
        except ClientError:
            return ""


def of_job(world: World, role_arn: str, id_token: str) -> Keys:
    """A job's session, by its `id_tokens`.

    Raises:
        botocore.exceptions.ClientError: STS refuses.
    """
    with world.cloud.client_of("sts", None) as sts:
        made = sts.assume_role_with_web_identity(RoleArn=role_arn, RoleSessionName="job", WebIdentityToken=id_token)
    return keys_of(made["Credentials"])


def registry_auth(world: World, keys: Keys, region: str | None = None) -> str:
    """What `GetAuthorizationToken` gives to a session; it opens the registries of its region."""
    with world.cloud.client_of("ecr", keys, region) as ecr:
        return ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]


def docker_config(world: World, keys: Keys, hosts: Sequence[str]) -> str:
    """A Docker configuration as one `docker login` for each registry host leaves it."""
    regions = {host: found.region for host in hosts if (found := parse_registry_host(host))}
    auths = {region: registry_auth(world, keys, region) for region in set(regions.values())}
    return json.dumps({"auths": {host: {"auth": auths[region]} for host, region in regions.items()}})


def environment(keys: Keys, region: str) -> dict[str, str]:
    """The session as a process finds it in its environment."""
    return {"AWS_REGION": region, **{key.upper(): value for key, value in keys.items()}}


def keys_of(credentials: Mapping[str, Any]) -> Keys:
    """The arguments with which a boto3 client uses what STS answered."""
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }
