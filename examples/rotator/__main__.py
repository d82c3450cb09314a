"""The rotator only: the repositories are another account's, and another team's.

Across accounts both sides have to allow: their repository policy has to name this account, `{"accounts":
["123456789012"]}`, or the roles in the output `pullRoles`.
"""

import pulumi
from gitlab_ecr import CiVariables, Identities, Rotator, consumers
from gitlab_ecr.consumer_args import ConsumerArgs, GitLabArgs
from gitlab_ecr.consumer_variables import variables
from gitlab_ecr.documents import plan
from gitlab_ecr.documents.naming import Names
from gitlab_ecr.documents.registries import RegistryArgs

names = Names("123456789012", "eu-central-1", "ecr-rotator")
theirs: RegistryArgs = {"account": "210987654321", "region": "eu-west-1"}
their_repositories = ["platform/node", "platform/python"]
gitlab: GitLabArgs = {"url": "https://gitlab.example.com"}
pulling: dict[str, ConsumerArgs] = {
    "acme/backend": {"kind": "group", "id": 20, "pull": ["platform/*"], "registries": [theirs]},
    "acme/web": {"pull": ["platform/node"], "registries": [theirs], "adopt": True},
}

identities = Identities(
    "identities",
    {
        "account": names.account,
        "region": names.region,
        "prefix": names.prefix,
        "audiences": consumers.audiences(pulling),
    },
)
ci_variables = CiVariables("variables", {"variables": variables(names, pulling, their_repositories)})
rotator = Rotator(
    "rotator",
    {
        "account": names.account,
        "region": names.region,
        "prefix": names.prefix,
        "plan": plan.dumps(consumers.plan(names, pulumi.get_stack(), gitlab, their_repositories, pulling)),
        "interval": "2 hours",
        "alarm_topics": ["arn:aws:sns:eu-central-1:123456789012:on-call"],
    },
    pulumi.ResourceOptions(depends_on=[identities, ci_variables]),
)

pulumi.export("pullRoles", identities.pull_role_arns)
pulumi.export("gitlabTokenSecret", rotator.gitlab_token_secret)
