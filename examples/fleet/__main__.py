"""A whole fleet: a manager that holds the login, and instances without a role that run one job each."""

import base64
import json

import pulumi
import pulumi_aws as aws
from gitlab_ecr import Identities, Runner

account, region, prefix, fleet = "123456789012", "eu-central-1", "runners", "runners-fleet"
groups = f"arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*"
vpc, subnets, image = (
    "vpc-0123456789abcdef0",
    ["subnet-0123456789abcdef0"],
    "ami-0123456789abcdef0",
)  # Amazon Linux 2023
registry = f"{account}.dkr.ecr.{region}.amazonaws.com"

# The manager reaches the instances by SSH. Nobody reaches the manager.
of_manager = aws.ec2.SecurityGroup(
    "manager",
    vpc_id=vpc,
    description="Manager of the fleet",
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)
of_instances = aws.ec2.SecurityGroup(
    "instances",
    vpc_id=vpc,
    description="Instances of the fleet",
    ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "security_groups": [of_manager.id]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)

# The role of the manager pulls: the runner hands its login to the Docker of the instance with each pull.
identities = Identities(
    "identities",
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "audiences": {},
        "runners": {"fleet": {"pull": ["ci/*"]}},
    },
)
manager_role = identities.runner_role_arns["fleet"].rpartition("/")[2]
aws.iam.RolePolicy(
    "manager-scales",
    name="scale-the-fleet",
    role=manager_role,
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Scale",
                    "Effect": "Allow",
                    "Action": ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
                    "Resource": f"{groups}:autoScalingGroupName/{fleet}",
                },
                {
                    "Sid": "See",  # neither action knows resources
                    "Effect": "Allow",
                    "Action": ["autoscaling:DescribeAutoScalingGroups", "ec2:DescribeInstances"],
                    "Resource": "*",
                },
                {
                    "Sid": "Connect",
                    "Effect": "Allow",
                    "Action": "ec2-instance-connect:SendSSHPublicKey",
                    "Resource": f"arn:aws:ec2:{region}:{account}:instance/*",
                    "Condition": {
                        "StringEquals": {
                            "ec2:osuser": "ec2-user",
                            "ec2:ResourceTag/aws:autoscaling:groupName": fleet,
                        }
                    },
                },
            ],
        }
    ),
    opts=pulumi.ResourceOptions(depends_on=[identities]),
)

# An instance has no role at all, so no job can take one.
start = """#!/bin/sh
dnf install -q -y docker
usermod --append --groups docker ec2-user
systemctl enable --now docker
"""
instances = aws.ec2.LaunchTemplate(
    "instances",
    name=fleet,
    image_id=image,
    instance_type="m7i.large",
    update_default_version=True,
    vpc_security_group_ids=[of_instances.id],
    metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
    block_device_mappings=[
        {"device_name": "/dev/xvda", "ebs": {"encrypted": "true", "volume_size": 100, "volume_type": "gp3"}}
    ],
    user_data=base64.b64encode(start.encode()).decode(),
)
aws.autoscaling.Group(
    "instances",
    name=fleet,
    min_size=0,
    max_size=20,  # max_instances below
    vpc_zone_identifiers=subnets,
    launch_template={"id": instances.id, "version": "$Latest"},
    # The manager alone ends instances: AWS would not know that a job runs on one.
    protect_from_scale_in=True,
    suspended_processes=["AZRebalance"],
    opts=pulumi.ResourceOptions(ignore_changes=["desiredCapacity"]),
)

runner = Runner(
    "fleet",
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "name": "fleet",
        "options": {
            "group_id": 20,
            "tags": ["fleet"],
            "concurrent": 20,
            "docker": {"image": f"{registry}/ci/python:3.13"},
            "autoscaler": {
                "plugin": "aws:latest",
                "plugin_config": {"name": fleet},
                "capacity_per_instance": 1,
                "max_use_count": 1,  # the next job gets a new machine
                "max_instances": 20,
                "connector_config": {"username": "ec2-user"},
                "policy": [{"idle_count": 1, "idle_time": "20m"}],
                "more": {"instance_ready_command": "cloud-init status --wait && docker info"},
            },
            "images": [f"{registry}/ci/python:3.13"],
            "machine": {
                "image_id": image,
                "instance_type": "t3.small",
                "security_group_ids": pulumi.Output.all(of_manager.id),
            },
        },
    },
    pulumi.ResourceOptions(depends_on=[identities]),
)
aws.autoscaling.Group(
    "manager",
    name=f"{fleet}-manager",
    min_size=1,  # one manager, replaced when it fails; two would end each other's instances
    max_size=1,
    vpc_zone_identifiers=subnets,
    launch_template={"name": manager_role, "version": "$Latest"},
    opts=pulumi.ResourceOptions(depends_on=[runner]),
)

pulumi.export("explanation", runner.explanation)
