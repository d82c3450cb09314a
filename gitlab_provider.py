"""The program's GitLab provider: it talks to the declared instance and to no other; no token gets into the state."""

import os
from typing import Final

import pulumi
import pulumi_gitlab as gitlab

from components.declaration.args import RegistryAccessArgs
from components.declaration.gitlab_instance import api_url, makes_something_in_gitlab
from stack_file.told import SettingsError, Told

TOKEN: Final = "GITLAB_TOKEN"  # noqa: S105 - a variable's name
_NO_TOKEN: Final = "a-preview-has-no-token"  # noqa: S105 - it opens nothing; without any, the provider does not start


def providers(declaration: RegistryAccessArgs) -> list[pulumi.ProviderResource]:
    """The provider for a declaration that makes something in GitLab; none for one that does not.

    The token is the provider's own matter: it reads it from its environment, so that it is no input and in no state. A
    preview needs none, and asks GitLab nothing; without `early_auth_check: false` it would ask who it is.

    Raises:
        RunError: an `up` without a token, or settings of `gitlab:` that say where to go or with which token.
    """
    if not makes_something_in_gitlab(declaration):
        return []
    config, url = pulumi.Config("gitlab"), api_url(declaration.get("gitlab", {}))
    _check_settings(config, url)
    token = None
    if not os.environ.get(TOKEN):
        if not pulumi.runtime.is_dry_run():
            raise pulumi.RunError(
                f"{TOKEN}: not set; `up` makes variables, runners or schedules in {url}: write a token with the scope "
                "api into it, of a Maintainer of the projects and Owner of the groups. A preview needs none"
            )
        pulumi.log.info(f"{TOKEN} is not set: this preview asks GitLab nothing. `up` will need it")
        token = _NO_TOKEN
    return [
        gitlab.Provider(
            "gitlab",
            base_url=url,
            token=token,
            early_auth_check=False,
            cacert_file=config.get("cacertFile"),
            client_cert=config.get("clientCert"),
            client_key=config.get("clientKey"),
            insecure=config.get_bool("insecure"),
            retries=config.get_int("retries"),
        )
    ]


def _check_settings(config: pulumi.Config, url: str) -> None:
    mistakes: list[Told] = []
    if config.get_secret("token") is not None:
        text = f"leave it out, it would be in the state; write the token into {TOKEN}"
        mistakes.append(Told(("gitlab:token",), f"gitlab:token: {text}"))
    if (base := config.get("baseUrl")) is not None and base.rstrip("/") != url.rstrip("/"):
        text = f"got {base!r}; leave it out, gitlab-ecr:gitlab.url says it: {url}"
        mistakes.append(Told(("gitlab:baseUrl",), f"gitlab:baseUrl: {text}"))
    if mistakes:
        raise SettingsError(mistakes)
