"""Everything about a runner that follows from its declaration, and the texts completed by its token and passwords."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..names.access import RunnerAccess
from ..names.naming import Names
from . import access as runner_access
from . import config as runner_config
from . import isolation, user_data
from . import template as runner_template
from . import warnings as runner_warnings
from .args import RunnerArgs, RunnerOptions
from .packages import packages_of
from .parameter import RUNNER_ID_STANDIN, TOKEN_STANDIN, config_tier, docker_tier

Passwords = Mapping[str, str]


@dataclass(frozen=True)
class RunnerDocuments:
    """What a preview knows about a runner.

    Attributes:
        parameter: the name of the SSM parameter with config.toml.
        tier: the SSM tier that this parameter needs.
        docker_parameter: the name of the SSM parameter with the Docker configuration.
        docker_config: the Docker configuration of the runner's user; holds no secret.
        docker_tier: the SSM tier that this parameter needs.
        template_leaves_out: declared keys that a template cannot hold.
        register_command: the command that registers with the template.
        explanation: for each declared image, where its credential comes from.
        user_data: cloud-init user data; holds no secret.
        instance_profile: the default name of the machine's instance profile.
        warnings: sentences for the preview.
    """

    parameter: str
    tier: str
    docker_parameter: str
    docker_config: str
    docker_tier: str
    template_leaves_out: list[str]
    register_command: str
    explanation: list[str]
    user_data: str
    instance_profile: str
    warnings: list[str]


def documents(args: RunnerArgs) -> RunnerDocuments:
    """Checks the arguments and computes everything that needs no token.

    Raises:
        ValueError: an argument is wrong. The message names it, its value, and what to write instead.
    """
    names, options = Names(args["account"], args["region"], args["prefix"]), args["options"]
    access, images = options.get("access", {}), options.get("images", [])
    isolated, section = _isolated(options), runner_config.runner_section(args)
    check_isolation(args, section)
    docker_config = runner_access.home_config(access, names.registry_host)
    parameter = names.runner_parameter(args["name"])
    docker_parameter = names.runner_docker_config(args["name"])
    isolation.check(runner_template.section_of(template_text(args), section), "runner.template", **isolated)
    return RunnerDocuments(
        parameter=parameter,
        tier=config_tier(config_text(args, RUNNER_ID_STANDIN, TOKEN_STANDIN)),
        docker_parameter=docker_parameter,
        docker_config=docker_config,
        docker_tier=docker_tier(docker_config, "registry_hosts" if access.get("registry_hosts") else "registries"),
        template_leaves_out=runner_template.left_out(options),
        register_command=runner_template.register_command(args),
        explanation=runner_access.explain(access, names.registry_host, images, options.get("environment", [])),
        user_data=_user_data(args, names.registry_host, parameter, docker_parameter),
        instance_profile=names.runner_role_name(args["name"]),
        warnings=[
            *runner_access.warnings(access),
            *isolation.warnings(section, **isolated),
            *runner_warnings.warnings(options, images),
        ],
    )


def check_isolation(args: RunnerArgs, section: Mapping[str, Any]) -> None:
    """Refuses what makes each job the owner of a machine with an instance role.

    Raises:
        ValueError: an argument is wrong. The message names it, what was found, and what to write instead.
    """
    isolation.check(section, "runner", **_isolated(args["options"]))


def _isolated(options: RunnerOptions) -> dict[str, bool]:
    has_role = runner_access.declared_kind(options.get("access", {})) is not RunnerAccess.STATIC or "machine" in options
    return {"has_instance_role": has_role, "acknowledged": options.get("jobs_own_machine", False)}


def config_text(args: RunnerArgs, runner_id: int, token: str, passwords: Passwords | None = None) -> str:
    """The complete config.toml; without passwords it has the same size as with them."""
    environment = runner_access.environment(args["options"].get("access", {}), passwords)
    return runner_config.render(runner_config.config(args, runner_id, token, environment))


def template_text(args: RunnerArgs, passwords: Passwords | None = None) -> str:
    """The declared template, checked, or the one made from the declaration."""
    declared = args["options"].get("template")
    if declared is not None:
        runner_template.check_template(declared, "runner.template", runner_config.runner_section(args))
        return declared
    environment = runner_access.environment(args["options"].get("access", {}), passwords)
    return runner_template.template(args, environment)


def _user_data(args: RunnerArgs, own_host: str, parameter: str, docker_parameter: str) -> str:
    options = args["options"]
    packages = packages_of(options.get("machine"))
    helper = runner_access.helper_of(access := options.get("access", {}))
    if helper == runner_access.HELPER:
        packages.check_hosts(runner_access.helper_hosts(access, own_host))
    return user_data.user_data(
        user_data.files(
            args["region"],
            parameter,
            docker_parameter,
            packages=packages,
            executor=runner_config.executor_of(options),
            helper=helper,
        )
    )
