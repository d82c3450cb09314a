"""The program's GitLab provider: it talks only to the declared instance, and no token gets into the state."""

import os
from typing import Final

import pulumi
import pulumi_gitlab as gitlab

from components.declaration.args import RegistryAccessArgs
from components.declaration.gitlab_instance import api_url
from components.declaration.parts import Parts
from stack_file.mistakes import FileMistake, SettingsError

TOKEN: Final = "GITLAB_TOKEN"  # noqa: S105 - a variable's name
_NO_TOKEN: Final = "a-preview-has-no-token"  # noqa: S105 - not a real token, but the provider does not start without one


def providers(declaration: RegistryAccessArgs) -> list[pulumi.ProviderResource]:
    """The provider for a declaration that makes something in GitLab; an empty list for any other.

    The provider reads the token from its environment, so that the token is not an input and is in no state. A preview
    needs no token, and does not call GitLab; without `early_auth_check: false` it would check who it is.

    Raises:
        RunError: there is no token in `up`, or a `gitlab:` setting names an instance or a token.
    """
    if not Parts(declaration).makes_something_in_gitlab:
        return []
    config, url = pulumi.Config("gitlab"), api_url(declaration.get("gitlab", {}))
    _check_settings(config, url)
    token = None
    if not os.environ.get(TOKEN):
        if not pulumi.runtime.is_dry_run():
            raise pulumi.RunError(
                f"{TOKEN}: not set; `up` creates variables, runners or schedules in {url}: set it to a token with the "
                "scope api, of a Maintainer of the projects and an Owner of the groups. A preview needs none"
            )
        pulumi.log.info(f"{TOKEN} is not set: this preview does not call GitLab, but `up` needs the token")
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
    mistakes: list[FileMistake] = []
    if config.get_secret("token") is not None:
        text = f"leave it out, because it would be in the state; set {TOKEN} to the token"
        mistakes.append(FileMistake(("gitlab:token",), f"gitlab:token: {text}"))
    if (base := config.get("baseUrl")) is not None and base.rstrip("/") != url.rstrip("/"):
        text = f"got {base!r}; leave it out: gitlab-ecr:gitlab.url already says {url}"
        mistakes.append(FileMistake(("gitlab:baseUrl",), f"gitlab:baseUrl: {text}"))
    if mistakes:
        raise SettingsError(mistakes)
