"""Private ECR images in GitLab CI from one declaration: who may pull what, kept true around the clock."""

import pulumi

from .consumers.ci_variables import CiVariables
from .declaration.args import RegistryAccessArgs
from .declaration.declared import declared
from .declaration.gitlab_instance import check_provider
from .declaration.parts import parts_of
from .ecr.repositories import Repositories
from .iam.identities import Identities
from .iam.pull_user import PullUser
from .names.locations import errors_under
from .rotator.rotator import Rotator
from .runner.runner import Runner


class RegistryAccess(pulumi.ComponentResource):
    """Repositories, pull-only roles, CI/CD variables, runners and the rotator of one declaration."""

    repository_urls: pulumi.Output[dict[str, str]]
    """What to write as `image:`, without a tag, by repository name."""
    rotator: pulumi.Output[str]
    """Where the commands find the rotator: its function's name, for `--function`; with `rotationBackend: gitlab` the
    bucket of its code, for `--bucket`."""
    gitlab_token_secret: pulumi.Output[str]
    """The name of the secret that waits for the GitLab token."""

    def __init__(self, name: str, args: RegistryAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # An input, not only an output: the JSON of a preview has a component's new inputs, but no new output.
        super().__init__("gitlab-ecr:index:RegistryAccess", name, {"declaration": declared(args)}, opts)
        parts = parts_of(args)
        if parts.makes_something_in_gitlab:
            check_provider(self, args.get("gitlab", {}))
        child = pulumi.ResourceOptions(parent=self)
        repositories = Repositories(f"{name}-repositories", parts.repositories, child)
        identities = Identities(f"{name}-identities", parts.identities, child)
        users = [PullUser(f"{name}-user-{path}", user, child) for path, user in parts.users.items()]
        variables = CiVariables(f"{name}-variables", parts.variables, child)
        after_roles = pulumi.ResourceOptions(parent=self, depends_on=[identities])
        runners = [Runner(f"{name}-runner-{key}", runner, after_roles) for key, runner in parts.runners.items()]
        all_before = [repositories, identities, variables, *users, *runners]
        with errors_under("rotation"):
            rotator = Rotator(
                f"{name}-rotator", parts.rotator, pulumi.ResourceOptions(parent=self, depends_on=all_before)
            )
        self.repository_urls = repositories.urls
        self.rotator = rotator.function_name if parts.in_lambda else rotator.code_bucket
        self.gitlab_token_secret = rotator.gitlab_token_secret
        self.register_outputs(
            {
                "repositoryUrls": self.repository_urls,
                "rotator": self.rotator,
                "gitlabTokenSecret": self.gitlab_token_secret,
            }
        )
