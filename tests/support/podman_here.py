"""Whether podman can run a container on this machine: it tries."""

import functools
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


@functools.cache
def why_not() -> str:
    """Empty when a container ran; otherwise what is missing, or podman's own message."""
    podman, busybox = shutil.which("podman"), shutil.which("busybox")
    if podman is None or busybox is None:
        return f"{'podman' if podman is None else 'busybox'} is not installed; .ci/run installs it"
    with tempfile.TemporaryDirectory(prefix="podman-here-") as name:
        folder = Path(name)
        (folder / "image.tar").write_bytes(_image(Path(busybox)))
        limits = '["nofile=1024:1024", "nproc=4096:4096"]'
        settings = ["[containers]", 'netns = "host"', f"default_ulimits = {limits}", "[engine]"]
        runtime = "" if shutil.which("crun") else 'runtime = "runc"'
        (folder / "conf").write_text("\n".join([*settings, 'cgroup_manager = "cgroupfs"', runtime, ""]))
        policy = folder / ".config" / "containers" / "policy.json"
        policy.parent.mkdir(parents=True)
        policy.write_text(json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "TMPDIR": name,
            "CONTAINERS_CONF": str(folder / "conf"),
        }
        store = [podman, "--storage-driver", "vfs", "--root", f"{name}/images", "--runroot", f"{name}/run"]
        for command in (["load", "-i", f"{name}/image.tar"], ["run", "--rm", "localhost/shell:1", "/busybox", "true"]):
            run = subprocess.run(
                [*store, *command], env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            if run.returncode:
                return f"podman {command[0]} fails here: {run.stderr.strip().splitlines()[-1:]}"
    return ""


def _image(busybox: Path) -> bytes:
    from rehearsal.cloud.images import archive_of  # noqa: PLC0415 - only where podman is
    from rehearsal.cloud.programs import files_layer  # noqa: PLC0415 - only where podman is

    return archive_of([files_layer({"busybox": busybox.read_bytes()}, 0o755)], "localhost/shell:1")
