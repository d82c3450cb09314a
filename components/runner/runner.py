"""A GitLab runner: its registration, its config.toml, and their delivery to the machine."""

import base64
from typing import Final

import pulumi
import pulumi_aws as aws
import pulumi_gitlab as gitlab

from ..arguments.check import check
from ..arguments.component import Component
from ..names.naming import PREFIX_TAG
from .args import RunnerArgs, RunnerOptions
from .checks import find
from .documents import RunnerDocuments, config_text, documents, template_text
from .machine_args import MachineArgs
from .registration import registration

TOKEN: Final = "gitlab-ecr:index:Runner"  # noqa: S105 - Pulumi's word for a type's name
_MADE_WITH_IT: Final = ("instance", "volume")


class Runner(Component):
    """A GitLab runner. Its configuration is rendered and checked in the preview, and published to its machine."""

    runner_id: pulumi.Output[str]
    """The runner's number in GitLab."""
    parameter_name: pulumi.Output[str]
    """The SSM parameter with config.toml."""
    docker_parameter_name: pulumi.Output[str]
    """The SSM parameter with the Docker configuration of the runner's user."""
    config: pulumi.Output[str]
    """config.toml, a secret."""
    docker_config: pulumi.Output[str]
    """The Docker configuration of the runner's user, without a secret."""
    template: pulumi.Output[str]
    """The file for `gitlab-runner register --template-config`; a secret with static access."""
    template_leaves_out: pulumi.Output[list[str]]
    """Declared keys that a template cannot hold."""
    register_command: pulumi.Output[str]
    """The command that registers with the template; it reads the token from `CI_SERVER_TOKEN`."""
    explanation: pulumi.Output[list[str]]
    """For each of the declared images, where the runner gets its credential."""
    user_data: pulumi.Output[str]
    """Cloud-init user data for Debian, Ubuntu and Amazon Linux 2023, without a secret."""

    def __init__(self, name: str, args: RunnerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check(RunnerArgs, args, find)
        super().__init__(TOKEN, name, {}, opts)
        self._tags = args.get("aws_tags")
        options = args["options"]
        known = documents(args)
        registered = gitlab.UserRunner(f"{name}-registration", **registration(args), opts=self.child())
        passwords = _passwords(options)
        self.config = pulumi.Output.secret(pulumi.Output.all(registered.id, registered.token, passwords)).apply(
            lambda completed: config_text(args, int(completed[0]), completed[1], completed[2])
        )
        self._publish("config", known.parameter, "SecureString", known.tier, self.config)
        self._publish("docker-config", known.docker_parameter, "String", known.docker_tier, known.docker_config)
        if "machine" in options:
            self._launch_template(options["machine"], known, args)

        self.runner_id = registered.id
        self.template = passwords.apply(lambda completed: template_text(args, completed))
        self.parameter_name = pulumi.Output.from_input(known.parameter)
        self.docker_parameter_name = pulumi.Output.from_input(known.docker_parameter)
        self.docker_config = pulumi.Output.from_input(known.docker_config)
        self.template_leaves_out = pulumi.Output.from_input(known.template_leaves_out)
        self.register_command = pulumi.Output.from_input(known.register_command)
        self.explanation = pulumi.Output.from_input(known.explanation)
        self.user_data = pulumi.Output.from_input(known.user_data)
        self.register_outputs({output: getattr(self, output) for output in Runner.__annotations__})

    def _publish(self, key: str, parameter: str, type_: str, tier: str, value: pulumi.Input[str]) -> None:
        aws.ssm.Parameter(
            f"{self._name}-{key}",
            name=parameter,
            type=type_,
            tier=tier,
            description="Fetched by the machine of a GitLab runner",
            value=value,
            tags=self._tags,
            opts=self.child(),
        )

    def _launch_template(self, machine: MachineArgs, known: RunnerDocuments, args: RunnerArgs) -> None:
        aws.ec2.LaunchTemplate(
            f"{self._name}-machine",
            name=known.instance_profile,
            description=f"Machine of the GitLab runner {args['name']}",
            update_default_version=True,
            image_id=machine["image_id"],
            instance_type=machine.get("instance_type", "t3.medium"),
            iam_instance_profile={"name": machine.get("instance_profile", known.instance_profile)},
            vpc_security_group_ids=machine.get("security_group_ids"),
            # With one more hop, every job's container could get the instance role's credentials.
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            block_device_mappings=[
                {
                    "device_name": machine.get("disk_device", "/dev/xvda"),
                    "ebs": {"encrypted": "true", "volume_size": machine.get("disk_gib", 50), "volume_type": "gp3"},
                }
            ],
            user_data=base64.b64encode(known.user_data.encode()).decode(),
            # EC2 numbers launch templates, so the bootstrap's deploy role recognises this one by its tag.
            tags={**(self._tags or {}), PREFIX_TAG: args["prefix"]},
            # A template's own tags do not apply to what is created from it.
            tag_specifications=[{"resource_type": kind, "tags": self._tags} for kind in _MADE_WITH_IT]
            if self._tags
            else None,
            opts=self.child(),
        )


def _passwords(options: RunnerOptions) -> pulumi.Output[dict[str, str]]:
    logins = options.get("access", {}).get("logins", {})
    passwords = pulumi.Output.all(**{host: login["password"] for host, login in logins.items()})
    return pulumi.Output.secret(passwords) if logins else passwords
