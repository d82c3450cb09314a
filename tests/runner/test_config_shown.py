"""What is shown of a config.toml holds no secret and everything else."""

import tomllib

from runner_args import runner_args

from components.docker.auth import dumps, login_entry, with_auths
from components.runner.config import config, render
from components.runner.config_shown import shown


def test_secrets_are_hidden_at_every_depth_and_the_rest_stays() -> None:
    login = dumps(with_auths({"registry.example.com:5000": login_entry("robot", "fake-password")}))
    s3 = {"bucket_name": "b", "more": {"SecretKey": "fake-key"}}
    declaration = {
        "name": "build",
        "docker": {"image": "ruby:3.4", "services": [{"name": "x", "environment": ["POSTGRES_PASSWORD=fake-pg"]}]},
        "environment": ["LANG=fake-c"],
        "cache": {"s3": s3},
    }
    text = render(config(runner_args(declaration), 7, "glrt-fake-0000", [f"DOCKER_AUTH_CONFIG={login}"]))
    assert "fake" in text
    assert "fake" not in shown(text)
    (runner,) = tomllib.loads(shown(text))["runners"]
    assert runner["token"] == "[hidden]"
    assert runner["environment"] == [
        "LANG=[hidden]",
        'DOCKER_AUTH_CONFIG={"auths":{"registry.example.com:5000":{"auth":"[hidden]"}}}',
    ]
    assert runner["cache"]["s3"] == {"BucketName": "b", "SecretKey": "[hidden]"}
    assert (runner["id"], runner["docker"]["image"]) == (7, "ruby:3.4")
