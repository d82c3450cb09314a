"""The rotator only: the repositories are another account's, and another team's.

Across accounts both sides have to allow: their repository policy has to name this account, `{"accounts":
["123456789012"]}`, or the roles in the output `pullRoles`.
"""

import pulumi
from gitlab_ecr import CiVariables, Identities, OwnerKind, Rotator, rotation_parts

account, region, prefix = "123456789012", "eu-central-1", "ecr-rotator"

parts = rotation_parts(
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "stack": pulumi.get_stack(),
        "gitlab": {"url": "https://gitlab.example.com"},
        "repositories": ["platform/node", "platform/python"],
        "consumers": {
            "acme/backend": {
                "kind": OwnerKind.GROUP,
                "id": 20,
                "pull": ["platform/*"],
                "registries": [{"account": "210987654321", "region": "eu-west-1"}],
            },
            "acme/web": {
                "pull": ["platform/node"],
                "registries": [{"account": "210987654321", "region": "eu-west-1"}],
                "adopt": True,
            },
        },
    }
)
identities = Identities(
    "identities", {"account": account, "region": region, "prefix": prefix, "audiences": parts["audiences"]}
)
ci_variables = CiVariables("variables", {"variables": parts["variables"]})
rotator = Rotator(
    "rotator",
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "plan": parts["plan"],
        "interval": "2 hours",
        "alarm_topics": ["arn:aws:sns:eu-central-1:123456789012:on-call"],
    },
    pulumi.ResourceOptions(depends_on=[identities, ci_variables]),
)

pulumi.export("pullRoles", identities.pull_role_arns)
pulumi.export("gitlabTokenSecret", rotator.gitlab_token_secret)
