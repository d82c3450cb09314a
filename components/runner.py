"""A GitLab runner: its registration, its config.toml, and the SSM parameter that brings it to the machine."""

from collections.abc import Mapping
from typing import Any, Final, cast

import pulumi
import pulumi_aws as aws
import pulumi_gitlab as gitlab

from .documents import runner_config
from .documents.naming import Names
from .documents.runner_parameter import TOKEN_STANDIN, tier
from .documents.runner_registration import registration
from .runner_args import RunnerArgs

TOKEN: Final = "gitlab-ecr:index:Runner"  # noqa: S105 - Pulumi's word for a type's name


class Runner(pulumi.ComponentResource):
    """A GitLab runner whose configuration is rendered, checked in the preview, and published."""

    runner_id: pulumi.Output[str]
    """The number that GitLab gave to the runner."""
    parameter_name: pulumi.Output[str]
    """The SSM parameter with config.toml."""
    config: pulumi.Output[str]
    """config.toml, a secret."""

    def __init__(self, name: str, args: RunnerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TOKEN, name, {}, opts)
        declaration = cast("Mapping[str, Any]", {**args, **args["options"]})
        parameter = Names(args["account"], args["region"], args["prefix"]).runner_parameter(args["name"])
        rehearsed = runner_config.render(runner_config.config(declaration, TOKEN_STANDIN))
        child = pulumi.ResourceOptions(parent=self)
        registered = gitlab.UserRunner(f"{name}-registration", **registration(declaration), opts=child)

        def with_token(token: str) -> str:
            return runner_config.render(runner_config.config(declaration, token))

        self.config = pulumi.Output.secret(registered.token).apply(with_token)
        aws.ssm.Parameter(
            f"{name}-config",
            name=parameter,
            type="SecureString",
            tier=tier(rehearsed),
            description=f"config.toml of the GitLab runner {args['name']}",
            value=self.config,
            opts=child,
        )
        self.runner_id = registered.id
        self.parameter_name = pulumi.Output.from_input(parameter)
        self.register_outputs(
            {"runner_id": self.runner_id, "parameter_name": self.parameter_name, "config": self.config}
        )
