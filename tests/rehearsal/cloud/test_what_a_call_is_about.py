"""The emulator judges a deploy role's calls by their resource and by the permissions boundary."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_principals import ACCOUNT, REGION, Principals, allow, trust
from botocore.exceptions import ClientError
from iam_json import policy

WITHIN = f"arn:aws:iam::{ACCOUNT}:policy/bound"
TRUST = trust({"Service": "lambda.amazonaws.com"})
Call = Callable[[Any, str], Any]


def arn(service: str, what: str, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{what}"


CALLS: list[tuple[str, str, str, Call]] = [
    ("iam", "iam:CreateRole", arn("iam", "role/ours/*", ""),
     lambda iam, path: iam.create_role(RoleName=f"made{path[1:-1]}", Path=path, AssumeRolePolicyDocument=TRUST)),
    ("iam", "iam:CreateUser", arn("iam", "user/ours/*", ""),
     lambda iam, path: iam.create_user(UserName=f"made{path[1:-1]}", Path=path)),
    ("iam", "iam:CreateInstanceProfile", arn("iam", "instance-profile/ours/*", ""),
     lambda iam, path: iam.create_instance_profile(InstanceProfileName=f"made{path[1:-1]}", Path=path)),
    ("iam", "iam:CreatePolicy", arn("iam", "policy/ours/*", ""),
     lambda iam, path: iam.create_policy(
         PolicyName="made", Path=path, PolicyDocument=policy(allow("ecr:BatchGetImage")))),
    ("cloudwatch", "cloudwatch:PutDashboard", arn("cloudwatch", "dashboard/ours-*", ""),
     lambda api, path: api.put_dashboard(DashboardName=f"{path[1:-1]}-a", DashboardBody='{"widgets": []}')),
    ("cloudwatch", "cloudwatch:DeleteDashboards", arn("cloudwatch", "dashboard/ours-*", ""),
     lambda api, path: api.delete_dashboards(DashboardNames=[f"{path[1:-1]}-b"])),
    ("cloudwatch", "cloudwatch:DeleteAlarms", arn("cloudwatch", "alarm:ours-*"),
     lambda api, path: api.delete_alarms(AlarmNames=[f"{path[1:-1]}-a"])),
    ("scheduler", "scheduler:CreateScheduleGroup", arn("scheduler", "schedule-group/ours-*"),
     lambda api, path: api.create_schedule_group(Name=f"{path[1:-1]}-a")),
    ("scheduler", "scheduler:TagResource", arn("scheduler", "schedule-group/ours-*"),
     lambda api, path: api.tag_resource(
         ResourceArn=arn("scheduler", f"schedule-group/{path[1:-1]}-b"), Tags=[{"Key": "a", "Value": "1"}])),
    ("ecr", "ecr:DescribeRepositories", arn("ecr", "repository/ours/*"),
     lambda api, path: api.describe_repositories(repositoryNames=[f"{path[1:-1]}/a"])),
    ("ecr", "ecr:TagResource", arn("ecr", "repository/ours/*"),
     lambda api, path: api.tag_resource(
         resourceArn=arn("ecr", f"repository/{path[1:-1]}/a"), tags=[{"Key": "a", "Value": "1"}])),
    ("sns", "sns:TagResource", arn("sns", "ours-*"),
     lambda api, path: api.tag_resource(ResourceArn=arn("sns", f"{path[1:-1]}-a"), Tags=[{"Key": "a", "Value": "1"}])),
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _there(aws: Principals) -> None:
    for name in ("ours", "theirs"):
        aws.cloud.client("ecr").create_repository(repositoryName=f"{name}/a")
        aws.cloud.client("sns").create_topic(Name=f"{name}-a")
        aws.cloud.client("cloudwatch").put_dashboard(DashboardName=f"{name}-b", DashboardBody='{"widgets": []}')
        aws.cloud.client("scheduler").create_schedule_group(Name=f"{name}-b")
    aws.cloud.client("iam").create_policy(PolicyName="bound", PolicyDocument=policy(allow("ecr:BatchGetImage")))


@pytest.mark.parametrize(("service", "action", "resource", "call"), CALLS, ids=[action for _, action, *_ in CALLS])
def test_the_emulator_judges_a_call_by_the_arn_of_its_own_resource(
    aws: Principals, service: str, action: str, resource: str, call: Call
) -> None:
    role = aws.role(f"may-{action.replace(':', '-')}", allow(action, resource))
    client = aws.client(service, aws.assume(role))
    call(client, "/ours/")
    with pytest.raises(ClientError, match=r"not authorized|AccessDenied"):
        call(client, "/theirs/")


@pytest.mark.parametrize("which", ["role", "user"])
def test_a_role_or_user_is_made_and_changed_only_with_the_boundary_that_the_policy_demands(
    aws: Principals, which: str
) -> None:
    asked = {"StringEquals": {"iam:PermissionsBoundary": WITHIN}}
    actions = (f"iam:Create{which.title()}", f"iam:Put{which.title()}Policy")
    may = aws.role(f"bound-{which}", {**allow(actions), "Condition": asked})
    iam, root = aws.client("iam", aws.assume(may)), aws.cloud.client("iam")
    named = {f"{which.title()}Name": f"held-{which}"}
    made = {**named, **({"AssumeRolePolicyDocument": TRUST} if which == "role" else {})}
    document = {"PolicyName": "a", "PolicyDocument": policy(allow("ecr:BatchGetImage"))}
    create, put = getattr(iam, f"create_{which}"), getattr(iam, f"put_{which}_policy")
    for boundary in ({}, {"PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}):
        with pytest.raises(ClientError, match="AccessDenied"):
            create(**made, **boundary)
    create(**made, PermissionsBoundary=WITHIN)
    put(**named, **document)
    getattr(root, f"delete_{which}_permissions_boundary")(**named)
    with pytest.raises(ClientError, match="AccessDenied"):
        put(**named, **document)
