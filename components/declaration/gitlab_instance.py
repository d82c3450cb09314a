"""Checks that the GitLab provider talks to the instance in the declaration."""

import os
from typing import Final

import pulumi
import pulumi_gitlab as gitlab

from ..consumers import derivation as consumers
from ..consumers.args import GitLabArgs
from ..names.choices import choice
from ..names.gitlab_release import GITLAB_COM
from ..rotator.args import RotationBackend
from .args import RegistryAccessArgs

_API: Final = "/api/v4"
_ANY_RESOURCE: Final = "gitlab:index/groupVariable:GroupVariable"


def api_url(declared: GitLabArgs) -> str:
    """`baseUrl` of the provider for the declared instance."""
    return f"{consumers.gitlab_url(declared)}{_API}/"


def backend_of(args: RegistryAccessArgs) -> RotationBackend:
    """Where the rotator runs; Lambda by default."""
    return choice(RotationBackend, args.get("rotation_backend", RotationBackend.LAMBDA), "rotation_backend")


def check_provider(component: pulumi.ComponentResource, declared: GitLabArgs) -> None:
    """Refuses a provider that would send its token to another instance.

    Raises:
        ValueError: no provider was given, and the default one talks to another instance. The URL of a given provider is
            an output, so there the program fails later, with the same message.
    """
    wanted = consumers.gitlab_url(declared)
    given = component.get_provider(_ANY_RESOURCE)
    if given is None:
        setting = pulumi.Config("gitlab").get("baseUrl")
        _refuse(wanted, setting, "the default GitLab provider")
    elif isinstance(given, gitlab.Provider):
        given.base_url.apply(lambda url: _refuse(wanted, url, "the GitLab provider"))


def _refuse(wanted: str, setting: str | None, whose: str) -> None:
    talks_to = setting or os.environ.get("GITLAB_BASE_URL") or GITLAB_COM
    if talks_to.rstrip("/").removesuffix(_API) != wanted:
        raise ValueError(
            f"gitlab.url: got {wanted!r}, but {whose} talks to {talks_to!r}: its token would go there. Give the "
            f'component a provider of that instance: pulumi_gitlab.Provider("gitlab", base_url="{wanted}{_API}/"), by '
            "opts=pulumi.ResourceOptions(providers=[...])"
        )
