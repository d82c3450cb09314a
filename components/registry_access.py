"""Private ECR images in GitLab CI from one declaration of who may pull what, with logins that never expire."""

import pulumi

from .arguments.check import check, checked
from .arguments.component import Component
from .consumers.ci_variables import CiVariables
from .declaration.args import RegistryAccessArgs
from .declaration.declared import declared
from .declaration.findings import find_in
from .declaration.gitlab_instance import check_provider
from .declaration.job_secrets import preview_lines
from .declaration.parts import Parts
from .ecr.repositories import Repositories
from .iam.identities import Identities
from .iam.pull_user import PullUser
from .rotator.rotator import Rotator
from .runner.runner import Runner


class RegistryAccess(Component):
    """Repositories, pull-only roles, CI/CD variables, runners and the rotator of one declaration."""

    repository_urls: pulumi.Output[dict[str, str]]
    """The image references for `image:`, without a tag, by repository name."""
    rotator: pulumi.Output[str]
    """The name of the rotator's function, for the option `--function` of the commands. With `rotationBackend: gitlab`,
    the bucket of its code, for `--bucket`."""
    gitlab_token_secret: pulumi.Output[str]
    """The name of the secret for the rotator's GitLab token."""

    def __init__(self, name: str, args: RegistryAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        parts = Parts(args)
        check(RegistryAccessArgs, args, lambda _: find_in(parts))
        # An input, not only an output: the JSON of a preview has a component's new inputs, but no new output.
        super().__init__("gitlab-ecr:index:RegistryAccess", name, {"declaration": declared(args)}, opts)
        for line in preview_lines(args.get("consumers", {}), parts):
            pulumi.log.info(line, resource=self)
        if parts.makes_something_in_gitlab:
            check_provider(self, args.get("gitlab", {}))
        with checked():
            child = self.child()
            repositories = Repositories(f"{name}-repositories", parts.repositories, child)
            identities = Identities(f"{name}-identities", parts.identities, child)
            users = [PullUser(f"{name}-user-{path}", user, child) for path, user in parts.users.items()]
            variables = CiVariables(f"{name}-variables", parts.variables, child)
            after_roles = self.child(depends_on=[identities])
            runners = [Runner(f"{name}-runner-{key}", runner, after_roles) for key, runner in parts.runners.items()]
            all_before = [repositories, identities, variables, *users, *runners]
            rotator = Rotator(f"{name}-rotator", parts.rotator, child, first_rotation_after=all_before)
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
