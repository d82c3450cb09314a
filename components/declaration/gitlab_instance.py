"""The GitLab that the declaration names, and the one that a provider of the program's talks to: they have to be one."""

import os
from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_gitlab as gitlab

from ..consumers import derivation as consumers
from ..consumers.args import ConsumerArgs, GitLabArgs
from ..consumers.forms import variables
from ..iam.gitlab_trust import GITLAB_COM
from ..names.naming import Names

_API: Final = "/api/v4"
_ANY_RESOURCE: Final = "gitlab:index/groupVariable:GroupVariable"


def api_url(declared: GitLabArgs) -> str:
    """`baseUrl` of the provider for the declared instance."""
    return f"{consumers.gitlab_url(declared)}{_API}/"


def makes_variables(names: Names, declared: Mapping[str, ConsumerArgs], repositories: Mapping[str, Any]) -> bool:
    """Whether the consumers need CI/CD variables that Pulumi makes: those that are adopted exist already."""
    return any(not variable.get("adopt", False) for variable in variables(names, declared, repositories).values())


def check_provider(component: pulumi.ComponentResource, declared: GitLabArgs) -> None:
    """Refuses a provider that would carry the token to another instance.

    Raises:
        ValueError: no provider was given, and the default one talks to another instance. Of one that was given the URL
            is an output; the program then ends with the same words.
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
