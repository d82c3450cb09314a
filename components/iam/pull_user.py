"""The IAM user of `access-keys`, for scripts that log in to ECR by themselves."""

from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from ..arguments.check import check
from ..arguments.component import Component
from ..names.aws_arns import policy_arn
from ..names.locations import Mistakes
from ..names.naming import Names
from ..names.registries import RegistryArgs, repository_arns
from .policies import checked_size, policy_json, pull_policy

# A refresh reads the rotator's tags into the state, under both properties in which the provider shows them; the next
# update would then remove them as undeclared.
_OWNED_BY_THE_ROTATOR: Final = ["tags", "tagsAll"]


class PullUserArgs(TypedDict):
    """Arguments of PullUser."""

    account: str
    """Twelve digits: the account of the user."""
    region: str
    """The region of the repositories."""
    prefix: str
    """The stack's prefix: the user is `<prefix>-user-<name>`."""
    user: str
    """The user's name within the stack, such as that of the consumer."""
    pull: list[str]
    """Repository names, or patterns such as `ci/*`. A user's policy holds 2,048 characters, some 20 names."""
    long_lived_keys: bool
    """Must be true, to confirm a second time that you want access keys. They do not expire: anyone who has read them
    can pull until they are replaced. `rotated-variable` avoids them."""
    registries: NotRequired[list[RegistryArgs]]
    """Where the repositories are; by default the stack's own account and region."""
    role_path: NotRequired[str]
    """The IAM path of the stack, `/<prefix>/` by default."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of the user's permissions boundary. By default one is created that allows only what the user may pull, so
    that no policy attached later can widen its rights."""
    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """AWS tags of the user and its boundary. The user's tags are set at creation only; later changes are ignored. The
    rotator records the keys in tags too, and an update after a refresh would remove those."""


class PullUser(Component):
    """A pull-only IAM user. The rotator creates and replaces its access keys; Pulumi never sees them.

    The rotator records in the user's tags, `gitlab-ecr:current` and others, which key is which.
    """

    user_arn: str
    """The user's ARN, computed from the declaration: for the rotator's policy."""
    user_name: str
    """The user's name in IAM."""

    def __init__(self, name: str, args: PullUserArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check(PullUserArgs, args, _find)
        super().__init__("gitlab-ecr:index:PullUser", name, {}, opts)
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        policy = pull_policy(repository_arns(names, args["pull"], args.get("registries", [])))
        self.user_name, self.user_arn = names.pull_user_name(args["user"]), names.pull_user_arn(args["user"])
        boundary_arn = args.get("permissions_boundary")
        boundary: aws.iam.Policy | None = None
        if boundary_arn is None:
            boundary_arn = names.arn("iam", f"policy{names.path}{self.user_name}-boundary", region="")
            boundary = self._boundary(name, names.path, policy_json(policy), args)
        user = aws.iam.User(
            name,
            name=self.user_name,
            path=names.path,
            permissions_boundary=boundary_arn,
            # The keys belong to the rotator, not to Pulumi: without this, `destroy` would fail because of them.
            force_destroy=True,
            tags=args.get("tags"),
            opts=self.child(
                depends_on=[boundary] if boundary else None,
                ignore_changes=_OWNED_BY_THE_ROTATOR,
                additional_secret_outputs=[
                    "tags",
                    "tagsAll",
                ],  # the tags hold the keys' ids, which not everyone should see
            ),
        )
        aws.iam.UserPolicy(
            name,
            name="pull",
            # The user's own output, known in every preview: when the user is replaced, its policy is replaced with it.
            user=user.name,
            policy=checked_size(policy, "user", "pull"),
            opts=self.child(),
        )
        self.register_outputs({"userArn": self.user_arn, "userName": self.user_name})

    def _boundary(self, name: str, path: str, policy: str, args: PullUserArgs) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{name}-boundary",
            name=f"{self.user_name}-boundary",
            path=path,
            description=f"The most that {self.user_name} can ever do",
            policy=policy,
            tags=args.get("tags"),
            opts=self.child(),
        )


def _find(args: PullUserArgs) -> Mistakes:
    found, names, boundary = Mistakes(), Names.standing_in(), args.get("permissions_boundary")
    with found.at():
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    if args["long_lived_keys"] is not True:
        found.add(
            "long_lived_keys",
            text="got false; an IAM user has keys that never expire: write true when scripts cannot do without, or "
            "give its consumer the access rotated-variable",
        )
    with found.at():
        if isinstance(boundary, str):
            policy_arn(boundary)
    with found.at():
        checked_size(pull_policy(repository_arns(names, args["pull"], args.get("registries", []))), "user", "pull")
    return found
