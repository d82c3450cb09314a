"""Messages of a fleet's or a cluster's manager, which has to get an instance or a pod before anything is pulled.

Source: gitlab-runner 19.4 `executors/internal/autoscaler`, fleeting's `connector`, and the reports that the tests name.
"""

from typing import Final

from ...causes.cause import Cause
from .family import BY_THE_RUNNER, family

FLEET: Final = (
    family(
        Cause.FLEET_INSTANCE,
        "sendsshpublickey",
        r"SendSSHPublicKey.{0,400}?not authorized",
        "the manager may not send its key to the instance that should run the job: no registry is at fault",
        example='ERROR: Preparation failed: error during connect: Get "http://internel.tunnel.invalid/v1.24/info": '
        "preparing environment: getting instance connect info: refreshing connect info: rpc error: code = Unknown "
        "desc = sending ssh key: operation error EC2 Instance Connect: SendSSHPublicKey, https response error "
        "StatusCode: 403, AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/fleet/i-0 is not "
        "authorized to perform: ec2-instance-connect:SendSSHPublicKey",
        steps=BY_THE_RUNNER,
        fix="allow the manager's role ec2-instance-connect:SendSSHPublicKey on the instances of its Auto Scaling group "
        "(examples/fleet has the policy)",
    ),
    family(
        Cause.FLEET_INSTANCE,
        "sendsshpublickey",
        r"SendSSHPublicKey.{0,400}?(?P<why>not supported on an? \S{1,20} instance)",
        "the instance that should run the job is gone ({why}), and its manager did not know: no registry is at fault",
        example="preparing environment: getting instance connect info: refreshing connect info: rpc error: code = "
        "Unknown desc = sending ssh key: operation error EC2 Instance Connect: SendSSHPublicKey, https response error "
        "StatusCode: 400, EC2InstanceStateInvalidException: Unable to connect to the instance. EC2 Instance Connect "
        "is not supported on a terminated instance.",
        steps=BY_THE_RUNNER,
        fix="make sure that only the manager ends instances: protect new ones from scale-in, suspend AZRebalance, and "
        "give the Auto Scaling group no scaling policy and no second manager",
    ),
    family(
        Cause.FLEET_INSTANCE,
        "dial ssh",
        r"dial ssh: .{0,120}unable to authenticate",
        "the manager reaches the instance, but the instance does not accept its key: no registry is at fault",
        example="ERROR: Preparation failed: preparing environment: dial ssh: after retrying 30 times: ssh: handshake "
        "failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
        steps=BY_THE_RUNNER,
        fix="use an AMI with EC2 Instance Connect, and set username in connectorConfig to its user: ec2-user on Amazon "
        "Linux, ubuntu on Ubuntu",
    ),
    family(
        Cause.FLEET_INSTANCE,
        "dial ssh",
        r"dial ssh: ",
        "the manager cannot reach the instance that should run the job: no registry is at fault",
        example="ERROR: Preparation failed: preparing environment: dial ssh: after retrying 30 times: dial tcp "
        "10.0.1.15:22: i/o timeout",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.FLEET_INSTANCE,
        "internel.tunnel.invalid",
        r"internel\.tunnel\.invalid\S{0,60}: (?P<why>.{1,200})",
        "Docker on the fleet's instance does not answer: {why}",
        example='ERROR: Preparation failed: error during connect: Get "http://internel.tunnel.invalid/v1.24/info": '
        "ssh: rejected: connect failed (open failed)",
        steps=BY_THE_RUNNER,
        fix="use an AMI with Docker whose user is in the group docker, and wait for Docker in its user data",
    ),
    family(
        Cause.CLUSTER_RIGHTS,
        "is forbidden",
        r"(?P<what>secrets|pods|configmaps|services)(?: \"[^\"]{1,120}\")? is forbidden: "
        r"User \"(?P<user>[^\"]{1,200})\" cannot (?P<verb>\w{1,20})",
        "the runner may not {verb} {what} in the namespace of its jobs, as {user}: no registry is at fault",
        example="ERROR: Job failed (system failure): prepare environment: setting up credentials: secrets is "
        'forbidden: User "system:serviceaccount:gitlab-runner:default" cannot create resource "secrets" in API '
        'group "" in the namespace "gitlab-runner"',
        steps=BY_THE_RUNNER,
    ),
)
