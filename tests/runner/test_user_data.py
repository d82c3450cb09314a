"""User data: what cloud-init gets, and what is refused before EC2 would refuse it."""

import json

import pytest

from components.runner import user_data
from components.runner.packages import Packages


def test_user_data_is_yaml_that_writes_the_files_and_runs_the_script() -> None:
    files = user_data.files("eu-central-1", "/p/config.toml", "/p/docker-config.json", packages=Packages())
    text = user_data.user_data(files)
    assert text.startswith("#cloud-config\n")
    document = json.loads(text.partition("\n")[2])
    assert {entry["path"]: entry["content"] for entry in document["write_files"]} == files
    assert document["runcmd"][-1] == [user_data.INSTALL]
    executable = {entry["path"] for entry in document["write_files"] if entry["permissions"] == "0755"}
    assert executable == {user_data.INSTALL, user_data.FETCH}


def test_user_data_larger_than_ec2_accepts_is_refused() -> None:
    with pytest.raises(ValueError, match="EC2 takes 16384"):
        user_data.user_data({"/x": "x" * 20000})
