"""Prepares the AWS accounts before `up`: what the stack expects in its own account and in others."""

import json
from typing import Any, Final

from components.ecr.repository_policy import repository_policy
from settings import RegistryAccessArgs

from .cloud.cloud import Cloud
from .namespaces import FOREIGN_AUTHS
from .registries import Registry

_EVERYTHING: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def make_boundary(cloud: Cloud, declaration: RegistryAccessArgs) -> None:
    """Creates the boundary that the stack names. In a real account, it would restrict; here it allows everything."""
    arn: Any = declaration.get("permissions_boundary")
    if not isinstance(arn, str):
        return
    path, _, name = arn.partition(":policy")[2].rpartition("/")
    cloud.client("iam").create_policy(PolicyName=name, Path=f"{path}/", PolicyDocument=json.dumps(_EVERYTHING))


def make_secrets(cloud: Cloud, declaration: RegistryAccessArgs) -> list[str]:
    """Creates the secrets that a person would create by hand, each with a made-up login. Returns their names."""
    named = [each.get("foreign_auths_secret", "") for each in declaration.get("consumers", {}).values()]
    names = list(dict.fromkeys(filter(None, named)))
    for name in names:
        cloud.client("secretsmanager").create_secret(Name=name, SecretString=FOREIGN_AUTHS)
    return names


def make_repositories(cloud: Cloud, registry: Registry) -> None:
    """Creates the repositories of somebody else's registry, as its owner has to set them up."""
    keys = cloud.root_of(registry.location.account)
    with cloud.client_of("ecr", keys, registry.location.region) as ecr:
        for name in registry.repositories:
            ecr.create_repository(repositoryName=name)
            grant(ecr, cloud, registry, name)


def grant(ecr: Any, cloud: Cloud, registry: Registry, name: str) -> None:
    """Allows the stack's account to pull another account's repository. Within one account, the roles' policies do."""
    account, region = registry.location.account, registry.location.region
    if account != cloud.account:
        policy = repository_policy(account, region, pull={"accounts": [cloud.account]})
        ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(policy))
