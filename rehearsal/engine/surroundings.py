"""The surroundings of Pulumi's engine: its own state, home and providers, and the emulators."""

import os
import shlex
import sys
from pathlib import Path
from typing import Final

from rehearsal.world import World

from .provider import PROVIDERS

_ROOT: Final = Path(__file__).parents[2]


def surroundings(scratch: Path, world: World) -> dict[str, str]:
    """The environment of `pulumi`; everything it writes is below `scratch`."""
    launchers, state, home = (scratch / name for name in ("launchers", "state", "home"))
    for folder in (launchers, state, home):
        folder.mkdir()
    for provider in PROVIDERS:
        launcher = launchers / f"pulumi-resource-{provider}"
        module = shlex.join([sys.executable, "-m", "rehearsal.engine.provider", provider])
        launcher.write_text(f"#!/bin/sh\ncd {shlex.quote(str(_ROOT))} && exec {module}\n")
        launcher.chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(launchers), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_BACKEND_URL": state.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase for one rehearsal",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # brings --event-log
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": world.cloud.endpoint_url,
        "AWS_ACCESS_KEY_ID": world.account,
        "AWS_SECRET_ACCESS_KEY": world.cloud.root_secret,
        "AWS_REGION": world.region,
        # As for a person: the token, and nothing that says which GitLab it is for.
        "HTTPS_PROXY": world.cloud.proxy_url,
        "NO_PROXY": "127.0.0.1,localhost",
        "SSL_CERT_FILE": str(world.cloud.ca_file),
        "GITLAB_TOKEN": world.administrator_token,
    }
