"""The world that a stack file expects: an AWS account, a GitLab with its groups and projects, images to pull."""

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3

from components.names.gitlab_release import GITLAB_COM
from settings import RegistryAccessArgs

from .accesses import needs_any_token, needs_rotator_token
from .accounts import make_boundary, make_repositories, make_secrets
from .clients import present
from .cloud.certificates import Authority
from .cloud.cloud import Cloud
from .cloud.docker_registry import PROGRAM
from .cloud.images import tiny_image
from .gitlab.emulator import GitLab
from .namespaces import BOT, populate
from .puller import connection_pool
from .registries import Image, RegistryLocation, images, registries

TAG: Final = "1.0"
"""The tag of the one image in each repository."""
_AT_ONCE: Final = 4
_PORTS: Final = {"https": 443, "http": 80}
_ANOTHER: Final = "https://gitlab.example.org"
_TOKEN_LIFE: Final = timedelta(days=50)  # short enough that the renewal job renews it


class World(AbstractContextManager["World"]):
    """AWS, GitLab and a registry on loopback, prepared with everything that the declaration assumes but images.

    Attributes:
        location: the stack's own registry.
        registries: every registry that the declaration names, the stack's own first.
        made_up: the paths of groups and projects that the declaration does not name.
        made_up_secrets: the names of secrets that the declaration names, whose content is made up.
        cloud: the AWS account.
        gitlab: the GitLab instance.
        gitlab_ca: the certificate of the CA that signed the instance's: with a `caBundle` nobody else trusts it.
        gitlab_ca_file: with a `caBundle`, where it is.
        elsewhere: another instance on the same network, gitlab.com where the stack's is one's own: no byte is for it.
        registry_http: the way to the registry, with the authority that it trusts.
        administrator_token: GitLab's, for whoever runs `pulumi up`; empty where nothing of the stack is in GitLab.
        rotator_token: GitLab's, for the rotator: it may write the consumers' variables and nothing else; empty where
            jobs read all of their logins themselves.
    """

    def __init__(self, declaration: RegistryAccessArgs) -> None:
        self.account = declaration["account"]
        self.region = declaration["region"]
        self.location = RegistryLocation(self.account, self.region)
        self.registries = registries(declaration)
        self.registry_host = self.registries[0].hosts[0]
        hosts = [host for registry in self.registries for host in registry.hosts]
        with ExitStack() as undo:
            self.cloud = undo.enter_context(
                Cloud.start(self.account, self.region, hosts=hosts, docker_registry=present(PROGRAM))
            )
            self.gitlab = undo.enter_context(GitLab.start(now=self.cloud.now))
            self.administrator_token = (
                self.gitlab.create_token("administrator", ["api"], user="root") if needs_any_token(declaration) else ""
            )
            private = "ca_bundle" in declaration.get("gitlab", {})
            self.gitlab_ca_file = self.cloud.ca_file.with_name("gitlab.pem") if private else None
            authority = Authority(self.gitlab_ca_file) if self.gitlab_ca_file else self.cloud.authority
            self.gitlab_ca = authority.certificate
            url = declaration.get("gitlab", {}).get("url", GITLAB_COM)
            self._name_gitlab(self.gitlab, url, authority)
            self.elsewhere = undo.enter_context(GitLab.start(now=self.cloud.now))
            self._name_gitlab(self.elsewhere, GITLAB_COM if url != GITLAB_COM else _ANOTHER, self.cloud.authority)
            self.made_up = populate(self.gitlab, declaration)
            make_boundary(self.cloud, declaration)
            self.made_up_secrets = make_secrets(self.cloud, declaration)
            for registry in self.registries[1:]:
                make_repositories(self.cloud, registry)
            end = (self.cloud.now() + _TOKEN_LIFE).date()
            self.rotator_token = (
                self.gitlab.create_token("rotator", ["api"], user=BOT, expires_at=end)
                if needs_rotator_token(declaration)
                else ""
            )
            self._http = undo.enter_context(urllib3.PoolManager(maxsize=8, retries=False))
            # One for all, because a large stack signs in thousands of times.
            self.registry_http = undo.enter_context(connection_pool(self.cloud.proxy_url, self.cloud.ca_file))
            self._undo = undo.pop_all()

    def push_images(self) -> None:
        """Pushes an image to every repository. AWS need not have the repository yet."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._push, (image for each in self.registries for image in images(each, self.location))))

    def aws(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of the account's administrator."""
        return self.cloud.client(service, region)

    @property
    def requests_seen(self) -> int:
        """How many requests for a registry token, to a registry and to GitLab there were until now."""
        return self.cloud.requests_seen + self.gitlab.requests_seen

    def administrator(self) -> dict[str, str]:
        """The environment of a process of the account's administrator."""
        return {
            **self.cloud.environment(),
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": self.cloud.root_secret,
            "AWS_REGION": self.region,
            # The user's own AWS profile and files have no say here.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def gitlab_api(self, method: str, path: str, body: Mapping[str, Any], token: str | None = None) -> tuple[int, Any]:
        """A request of GitLab's administrator, or with another token."""
        answer = self._http.request(
            method,
            f"{self.gitlab.url}/api/v4/{path}",
            body=json.dumps(body),
            headers={"PRIVATE-TOKEN": token or self.administrator_token, "Content-Type": "application/json"},
        )
        return answer.status, answer.json() if answer.data else None

    def stop(self) -> None:
        """Ends every process and thread, and removes every file."""
        self._undo.close()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _name_gitlab(self, gitlab: GitLab, url: str, authority: Authority) -> None:
        """The URL leads to a GitLab of this machine, by the same proxy as the registry hosts."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        gitlab.serve_as(url, authority.server_context([host]))
        self.cloud.proxy.route(host, gitlab, of=parts.port or _PORTS[parts.scheme])

    def _push(self, image: Image) -> None:
        where = f"{image.location.account} {image.location.region} {image.repository}"
        self.cloud.registry.push(image.host, image.repository, TAG, tiny_image(where, "a layer that all images share"))
