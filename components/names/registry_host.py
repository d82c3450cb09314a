"""ECR registry hosts: what stands before the first `/` of an image reference.

Every AWS partition has its own DNS suffix, and one registry answers under several hosts (classic, FIPS, dual-stack).
The runner matches hosts literally, so an `auths` entry is needed for each form that an `image:` uses.
Source of the forms: the host patterns of amazon-ecr-credential-helper and kubernetes/cloud-provider-aws (2026-07).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

_DUAL_STACK_SUFFIX: Final = {"aws": "on.aws", "aws-us-gov": "on.aws", "aws-cn": "on.amazonwebservices.com.cn"}
_DNS_SUFFIX: Final = {
    "aws": "amazonaws.com",
    "aws-us-gov": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
_PARTITION_BY_REGION_PREFIX: Final = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-iso-", "aws-iso"),
)
_REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_HOST: Final = re.compile(
    r"(?P<account>\d{12})\.dkr(?P<joint>[.-])ecr(-fips)?\.(?P<region>[a-z0-9][a-z0-9-]*)\."
    r"(?P<suffix>amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)"
    r"|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)


class HostForm(StrEnum):
    """How an `image:` line writes the registry host."""

    CLASSIC = "classic"
    FIPS = "fips"
    DUAL_STACK = "dual-stack"


@dataclass(frozen=True)
class RegistryHost:
    """The parts of an ECR registry host."""

    account: str
    region: str
    dual_stack: bool


@cache  # asked for each ARN of a large stack, always with the same few regions
def partition_of(region: str) -> str:
    """The AWS partition of a region, for example `aws-cn` for `cn-north-1`.

    Raises:
        ValueError: the text is not a region's name.
    """
    if not _REGION.fullmatch(region):
        zone = f": {region!r} is an availability zone of {region[:-1]}" if _REGION.fullmatch(region[:-1]) else ""
        raise ValueError(f"region: got {region!r}; write an AWS region such as eu-central-1{zone}")
    return next((partition for prefix, partition in _PARTITION_BY_REGION_PREFIX if region.startswith(prefix)), "aws")


def dns_suffix(region: str) -> str:
    """The DNS suffix of the region's partition, for example `amazonaws.com`."""
    return _DNS_SUFFIX[partition_of(region)]


@cache  # asked for each ARN, as above
def registry_host(account: str, region: str) -> str:
    """The classic registry host, the one that `GetAuthorizationToken` names as `proxyEndpoint`.

    Raises:
        ValueError: the account is not twelve digits, or the region is not one.
    """
    check_account(account)
    return f"{account}.dkr.ecr.{region}.{dns_suffix(region)}"


def check_account(account: str) -> None:
    """Refuses a text that is not an AWS account id.

    Raises:
        ValueError: it is not twelve digits.
    """
    if not _ACCOUNT.fullmatch(account):
        raise ValueError(
            f'account: got {account!r}; write the twelve digits of the AWS account id, quoted: "123456789012"'
        )


def fips_host(account: str, region: str) -> str:
    """The FIPS form of the registry host."""
    return registry_host(account, region).replace(".dkr.ecr.", ".dkr.ecr-fips.", 1)


def dual_stack_host(account: str, region: str) -> str:
    """The dual-stack (IPv4 and IPv6) form of the registry host.

    Raises:
        ValueError: the region's partition has no dual-stack registry host.
    """
    suffix = _DUAL_STACK_SUFFIX.get(partition_of(region))
    if suffix is None:
        raise ValueError(f"region: {region!r} has no dual-stack registry host; use the classic host")
    return f"{registry_host(account, region).split('.', 1)[0]}.dkr-ecr.{region}.{suffix}"


def host_in(form: HostForm, account: str, region: str) -> str:
    """The registry host in one of its forms.

    Raises:
        ValueError: the account or the region is invalid, or the region has no host of this form.
    """
    return _HOST_IN[form](account, region)


_HOST_IN: Final = {HostForm.CLASSIC: registry_host, HostForm.FIPS: fips_host, HostForm.DUAL_STACK: dual_stack_host}


def parse_registry_host(host: str) -> RegistryHost | None:
    """Parses an ECR registry host; None when the host is not ECR's."""
    match = _HOST.fullmatch(host)
    if match is None:
        return None
    dual_stack = match["suffix"].startswith("on.")
    if dual_stack != (match["joint"] == "-"):
        return None
    return RegistryHost(match["account"], match["region"], dual_stack=dual_stack)
