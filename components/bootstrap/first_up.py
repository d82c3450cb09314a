"""Two managed policies for a person who runs the first `up` without the bootstrap.

In IAM they cover everything whose name starts with the prefix, and nothing else. No boundary limits what such an `up`
creates, so anyone who has them can grant themselves any right; the deploy role of the bootstrap cannot.
"""

from typing import Final

from ..iam.policies import Document, allow, allow_everywhere, document
from .deploy_policy import machines, roles, services_policy, users
from .naming import BootstrapNames

_POLICY: Final = (
    *("CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "GetPolicy", "GetPolicyVersion"),
    *("ListPolicyVersions", "TagPolicy", "UntagPolicy"),
)
_PROVIDER: Final = (
    *("CreateOpenIDConnectProvider", "DeleteOpenIDConnectProvider", "GetOpenIDConnectProvider"),
    *("TagOpenIDConnectProvider", "UntagOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint"),
    *("AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider"),
)
_LISTS: Final = (
    *("ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeSecurityGroups"),
    *("ec2:DescribeSubnets", "ec2:DescribeVpcs", "iam:ListVirtualMFADevices", "logs:DescribeLogGroups"),
    "ssm:DescribeParameters",
)


def first_up_policies(names: BootstrapNames) -> dict[str, Document]:
    """The policies by name: `identities` for IAM and runners' machines, `services` for everything else."""
    return {
        "identities": document(
            *roles(names, {}),
            *users(names, {}),
            # The boundary of a user of `access-keys`.
            allow(
                "Policies", [f"iam:{action}" for action in _POLICY], names.arn("iam", f"policy/{names.prefix}-*/*", "")
            ),
            allow("Provider", [f"iam:{action}" for action in _PROVIDER], names.arn("iam", "oidc-provider/*", "")),
            *machines(names),
            allow_everywhere("Lists", _LISTS, because="all of them list"),
        ),
        "services": services_policy(names),
    }
