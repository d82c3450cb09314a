"""The pack as Pulumi's engine runs it, on exported states."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from program import ROOT

PACK = ROOT / "policies"
STATES = ROOT / "tests" / "data" / "policies"
NO_PACK = "no `pulumi` on PATH, or no environment in policies/venv; docs/policies.md says how to make it"


@pytest.mark.engine
@pytest.mark.slow(reason="the engine starts, and the pack in an environment of its own")
@pytest.mark.skipif(not (shutil.which("pulumi") and (PACK / "venv").exists()), reason=NO_PACK)
@pytest.mark.parametrize(("state", "status"), [("good", 0), ("good-secrets", 0), ("bad", 1)])
def test_pulumi_analyzes_an_exported_state(tmp_path: Path, state: str, status: int) -> None:
    (tmp_path / "state").mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PULUMI_HOME": str(tmp_path / ".pulumi"),
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    command = ["pulumi", "policy", "analyze", "--file", str(STATES / f"{state}.json"), "--policy-pack", str(PACK)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    for rule in (
        ("no-wildcard-trust", "one-secret-per-role", "no-rotated-value-in-inputs", "bounded-identities")
        if status
        else ()
    ):
        assert rule in done.stdout
