"""The world that a stack file expects: an AWS account, a GitLab with its groups and projects, images to pull."""

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import urllib3

from components.names.registry_host import registry_host
from settings import RegistryAccessArgs

from .clients import present
from .cloud import Cloud
from .cloud.docker_registry import PROGRAM
from .cloud.images import tiny_image
from .gitlab import GitLab
from .puller import way_to

TAG: Final = "1.0"
"""The tag of the one image in each repository."""
FOREIGN_HOST: Final = "registry.example.com:5000"
"""A registry that is not ours, in each adopted variable before we come."""
SHADOWED: Final = "old-service"
"""A project below each group that has a `DOCKER_AUTH_CONFIG` of its own, as somebody once set by hand."""
_AT_ONCE: Final = 4
_FOREIGN_AUTHS: Final = {"auths": {FOREIGN_HOST: {"auth": "ZmFrZS11c2VyOmZha2UtcGFzc3dvcmQ="}}}
BOT: Final = "gitlab-ecr-rotator"
"""The user of the rotator's GitLab token."""
ROLES: Final = {"project": 40, "group": 50}
"""What that user is on each consumer: Maintainer of a project, Owner of a group."""
_TOKEN_LIFE: Final = timedelta(days=50)  # near enough to its end that the renewal job renews it


class World:
    """AWS, GitLab and registry on loopback, holding what the declaration takes for granted.

    Attributes:
        cloud: the AWS account.
        gitlab: the GitLab instance.
        registry_http: the way to the registry, with the authority that it trusts.
        administrator_token: GitLab's, for whoever runs `pulumi up`.
        rotator_token: GitLab's, for the rotator: it may write the consumers' variables and nothing else.
    """

    def __init__(self, declaration: RegistryAccessArgs) -> None:
        self.account = declaration["account"]
        self.region = declaration["region"]
        self.registry_host = registry_host(self.account, self.region)
        with ExitStack() as undo:
            registry = present(PROGRAM)
            self.cloud = undo.enter_context(
                Cloud.start(self.account, self.region, hosts=[self.registry_host], docker_registry=registry)
            )
            self.gitlab = undo.enter_context(GitLab.start(now=self.cloud.now))
            self.administrator_token = self.gitlab.create_token("administrator", ["api"], user="root")
            self._name_gitlab(declaration.get("gitlab", {}).get("url", "https://gitlab.com"))
            self._populate(declaration)
            self._make_boundary(declaration.get("permissions_boundary"))
            end = (self.cloud.now() + _TOKEN_LIFE).date()
            self.rotator_token = self.gitlab.create_token("rotator", ["api"], user=BOT, expires_at=end)
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(self._fill, declaration["repositories"]))
            self._http = undo.enter_context(urllib3.PoolManager(maxsize=8, retries=False))
            # One for all: a large stack asks for thousands of sign-ins.
            self.registry_http = undo.enter_context(way_to(self.cloud.proxy_url, self.cloud.ca_file))
            self._undo = undo.pop_all()

    def aws(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of the account's administrator."""
        return self.cloud.client(service, region)

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
        return answer.status, answer.json()

    def stop(self) -> None:
        """Ends every process and thread, and removes every file."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _name_gitlab(self, url: str) -> None:
        """The declared URL leads to the GitLab of this machine, by the same proxy as the registry hosts."""
        host = urlsplit(url).hostname or ""
        self.gitlab.serve_as(url, self.cloud.authority.server_context([host]))
        self.cloud.proxy.route(host, self.gitlab.port)

    def _fill(self, repository: str) -> None:
        image = tiny_image(repository, "a layer that all images share")
        self.cloud.registry.push(self.registry_host, repository, TAG, image)

    def _make_boundary(self, arn: Any) -> None:
        """The boundary that the stack names; what it allows is the account's matter, here it allows everything."""
        if not isinstance(arn, str):
            return
        path, _, name = arn.partition(":policy")[2].rpartition("/")
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        self.aws("iam").create_policy(
            PolicyName=name,
            Path=f"{path}/",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
        )

    def _populate(self, declaration: RegistryAccessArgs) -> None:
        consumers = declaration.get("consumers", {}).values()
        taken = {consumer["id"] for consumer in consumers if "id" in consumer}
        for runner in declaration.get("runners", {}).values():
            if (number := runner.get("group_id")) and number not in taken:
                self.gitlab.create_group(f"group-{number}", number)
                taken.add(number)
            if (number := runner.get("project_id")) and number not in taken:
                self.gitlab.create_project(f"project-{number}", number)
                taken.add(number)
        for path, consumer in declaration.get("consumers", {}).items():
            kind = consumer.get("kind", "project")
            if kind == "group":
                self.gitlab.create_group(path, consumer.get("id"))
                self.gitlab.create_project(f"{path}/{SHADOWED}")
                self.gitlab.set_variable(
                    "project", f"{path}/{SHADOWED}", "DOCKER_AUTH_CONFIG", json.dumps(_FOREIGN_AUTHS)
                )
            else:
                self.gitlab.create_project(path, consumer.get("id"))
            self.gitlab.add_member(BOT, path, ROLES[kind])
            if consumer.get("adopt", False):
                self.gitlab.set_variable(kind, path, "DOCKER_AUTH_CONFIG", json.dumps(_FOREIGN_AUTHS))
        if job := declaration.get("rotation", {}).get("job"):
            if job["project"] not in declaration.get("consumers", {}):
                self.gitlab.create_project(job["project"], job.get("id"))
            self.gitlab.protect_branch(job["project"], job.get("branch", "main"))
