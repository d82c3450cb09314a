"""Cloud-init user data that turns a new Debian, Ubuntu or Amazon Linux 2023 machine into a runner.

The user data holds no secret: it installs packages and a timer, and the timer fetches the configuration with the
instance role. So a later `pulumi up` also reaches running machines.
"""

import json
import shlex
from pathlib import Path
from typing import Final

from .args import Executor
from .packages import Packages

LIMIT: Final = 16384
"""Bytes of user data that EC2 takes, before base64."""

CONF: Final = "/etc/gitlab-ecr-runner.conf"
INSTALL: Final = "/usr/local/sbin/gitlab-ecr-runner-install"
FETCH: Final = "/usr/local/sbin/gitlab-ecr-runner-fetch"
REGION_OF_THE_HELPER: Final = "/etc/systemd/system/gitlab-runner.service.d/gitlab-ecr.conf"
_UNITS: Final = ("gitlab-ecr-runner.service", "gitlab-ecr-runner.timer")
_FOLDER: Final = Path(__file__).with_name("machine")


def files(
    region: str,
    config_parameter: str,
    docker_parameter: str,
    *,
    packages: Packages,
    executor: Executor = Executor.DOCKER,
    helper: str = "",
) -> dict[str, str]:
    """The files of a runner's machine, by path.

    Args:
        region: the region of the parameters, and of the registry that a credentials store lists.
        config_parameter: the SSM parameter with config.toml.
        docker_parameter: the SSM parameter with the Docker configuration.
        packages: what is installed, and how it is verified.
        executor: the runner's; the docker executor needs Docker.
        helper: the credential helper's name without `docker-credential-`; empty for none.
    """
    settings = {
        "REGION": region,
        "CONFIG_PARAMETER": config_parameter,
        "DOCKER_PARAMETER": docker_parameter,
        "NEEDS_DOCKER": "yes" if executor is Executor.DOCKER else "no",
        "HELPER": helper,
        **packages.settings(),
    }
    return {
        CONF: "".join(f"{key}={shlex.quote(value)}\n" for key, value in settings.items()),
        INSTALL: _text("install.sh"),
        FETCH: _text("fetch.sh"),
        # Without a region in its environment, the helper lists nothing when used as a store.
        REGION_OF_THE_HELPER: f"[Service]\nEnvironment=AWS_REGION={region}\n",
        **{f"/etc/systemd/system/{unit}": _text(unit) for unit in _UNITS},
    }


def user_data(files_by_path: dict[str, str]) -> str:
    """The files as cloud-init user data that ends by running the install script.

    Cloud-init reads YAML, and JSON is YAML: so a serializer writes it.

    Raises:
        ValueError: the text is larger than EC2 takes.
    """
    document = {
        "write_files": [
            {"path": path, "owner": "root:root", "permissions": _mode(path), "content": content}
            for path, content in files_by_path.items()
        ],
        "runcmd": [["systemctl", "daemon-reload"], [INSTALL]],
    }
    text = "#cloud-config\n" + json.dumps(document, indent=1) + "\n"
    if len(text.encode()) > LIMIT:
        raise ValueError(f"runner.machine: the user data has {len(text.encode())} bytes, and EC2 takes {LIMIT}")
    return text


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _mode(path: str) -> str:
    return "0755" if path in (INSTALL, FETCH) else "0644"
