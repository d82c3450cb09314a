"""Stores the rotator's GitLab token in the form that its renewal needs."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..contract.token_renewal import SECRET_TYPE, TokenRenewal, out_of_reach
from ..rotation.aws import aws_error
from ..rotation.managed_token import ManagedToken
from ..rotation.secret import Secret
from .errors import CliError
from .gitlab_api import GitLabApi, ReadError
from .token_check import TokenFindings

_DESCRIPTION: Final = "The GitLab token that writes the CI/CD variables; `gitlab-ecr token set` stored it"
_SELF: Final = "personal_access_tokens/self"
_BOT: Final = re.compile(r"(?P<kind>project|group)_(?P<number>[0-9]+)_bot(_.*)?")
"""Source: GitLab docs, "Bot users for projects" and "Bot users for groups"."""


class Secrets(Protocol):
    """Where the token is stored: boto3's client of Secrets Manager."""

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> Any:  # noqa: N803 - boto3's names
        """Stores a new value."""
        ...

    def create_secret(self, *, Name: str, Description: str, SecretString: str, **Type: str) -> Any:  # noqa: N803 - boto3's names
        """Makes a secret with its first value."""
        ...

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """What Secrets Manager knows about a secret, without its value."""
        ...

    def update_secret_version_stage(self, *, SecretId: str, VersionStage: str, RemoveFromVersionId: str) -> Any:  # noqa: N803 - boto3's names
        """Takes a label off a version."""
        ...


def refuse_managed(found: TokenFindings, url: str, ca_bundle: str | None) -> None:
    """Adds the reasons why Secrets Manager could not renew the checked token."""
    if why := out_of_reach(url, ca_bundle):
        found.problems.append(f"tokenRenewal managed: AWS itself calls GitLab, over the internet, and {why}")
    if found.granular:
        found.problems.append(
            "tokenRenewal managed: got a fine-grained token, but AWS renews tokens with the scope api; create one with "
            "api, or let the stack renew its token itself, with tokenRenewal: own"
        )


def text_of(token: Secret, renewal: TokenRenewal, gitlab: GitLabApi, url: str) -> Secret:
    """The secret's text: the token alone, or with what Secrets Manager needs to renew it.

    Raises:
        ReadError: GitLab does not say whose token it is.
    """
    if renewal is TokenRenewal.OWN:
        return token
    about = gitlab.get(_SELF)
    number = about.get("id")
    if type(number) is not int:
        raise ReadError(_SELF, HTTPStatus.OK, gitlab.host)
    return ManagedToken(token, number, url, _owner(about, gitlab)).dumps()


def _owner(about: dict[str, Any], gitlab: GitLabApi) -> tuple[str, int] | None:
    """The project or group whose token it is, by GitLab's answer or by the name of the bot behind it."""
    kind, number = about.get("resource_type"), about.get("resource_id")
    if kind in ("project", "group") and type(number) is int:
        return str(kind), number
    user = gitlab.get("user")
    match = _BOT.fullmatch(str(user.get("username"))) if user.get("bot") is True else None
    return (match["kind"], int(match["number"])) if match else None


def store(secrets: Secrets, name: str, text: Secret, renewal: TokenRenewal, *, create: bool) -> Sequence[str]:
    """Stores the text, and returns what a person should know, a line each.

    Args:
        secrets: Secrets Manager.
        name: the secret.
        text: from `text_of`.
        renewal: who renews the token.
        create: whether the secret may have to be made.

    Raises:
        CliError: the secret is there, but Secrets Manager does not renew it.
    """
    if create:
        of_type = {"Type": SECRET_TYPE} if renewal is TokenRenewal.MANAGED else {}
        try:
            secrets.create_secret(Name=name, Description=_DESCRIPTION, SecretString=text.reveal(), **of_type)
        except ClientError as error:
            if aws_error(error).code != "ResourceExistsException":
                raise
        else:
            return []
    if renewal is TokenRenewal.OWN:
        secrets.put_secret_value(SecretId=name, SecretString=text.reveal())
        return []
    _refuse_wrong(secrets.describe_secret(SecretId=name), name)
    secrets.put_secret_value(SecretId=name, SecretString=text.reveal())
    return _without_pending(secrets, name)


def _refuse_wrong(about: dict[str, Any], name: str) -> None:
    if about.get("Type") != SECRET_TYPE:
        raise CliError(
            f"nothing is stored. {name}: its type is {about.get('Type') or 'not set'}, not {SECRET_TYPE}, so Secrets "
            "Manager does not renew it, and a type cannot be changed. Delete it, then run this again: aws "
            f"secretsmanager delete-secret --secret-id {name} --force-delete-without-recovery"
        )
    if key := about.get("KmsKeyId"):
        raise CliError(
            f"nothing is stored. {name}: its KMS key is {key}, which neither the rotator nor Secrets Manager's role "
            "may use: give the secret the account's default key, with aws secretsmanager update-secret --kms-key-id "
            f"alias/aws/secretsmanager --secret-id {name}"
        )


def _without_pending(secrets: Secrets, name: str) -> list[str]:
    """Removes AWSPENDING from a leftover version: with it, Secrets Manager would not begin another renewal."""
    notes: list[str] = []
    for version in interrupted(secrets.describe_secret(SecretId=name)):
        try:
            secrets.update_secret_version_stage(SecretId=name, VersionStage="AWSPENDING", RemoveFromVersionId=version)
        except ClientError as error:
            notes.append(
                f"the label AWSPENDING stays on version {version} ({aws_error(error)}), and with it Secrets Manager "
                f"begins no renewal: run aws secretsmanager update-secret-version-stage --secret-id {name} "
                f"--version-stage AWSPENDING --remove-from-version-id {version}"
            )
    return notes


def interrupted(about: dict[str, Any]) -> list[str]:
    """The versions that an interrupted renewal left pending, by what Secrets Manager says about a secret."""
    stages: dict[str, list[str]] = about.get("VersionIdsToStages") or {}
    return [id_ for id_, labels in stages.items() if "AWSPENDING" in labels and "AWSCURRENT" not in labels]
