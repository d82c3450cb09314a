"""Templates for `gitlab-runner register`, and the command that uses one."""

import shlex
import tomllib
from typing import Any

import pytest
from runner_args import runner_args

from components.runner.template import check_template, left_out, register_command, template

_DECLARATION: dict[str, Any] = {
    "name": "docker ruby",
    "gitlab_url": "https://gitlab.example.com",
    "concurrent": 4,
    "more": {"labels": {"a": "b"}},
    "docker": {"image": "ruby:2.6", "services": [{"name": "postgres:latest"}, {"name": "mysql:latest"}]},
}


def test_the_template_holds_what_no_flag_can_set() -> None:
    assert tomllib.loads(template(runner_args(_DECLARATION), ["A=b"])) == {
        "runners": [
            {
                "environment": ["A=b"],
                "docker": {
                    "image": "ruby:2.6",
                    "services": [{"name": "postgres:latest"}, {"name": "mysql:latest"}],
                },
            }
        ]
    }


def test_a_setting_that_no_template_supports_is_reported() -> None:
    assert left_out(runner_args(_DECLARATION)["options"]) == ["concurrent", "labels"]


def test_the_command_names_everything_but_the_token_and_what_gitlab_stores() -> None:
    assert shlex.split(register_command(runner_args({**_DECLARATION, "tags": ["x"], "locked": True}))) == [
        "gitlab-runner",
        "register",
        "--non-interactive",
        "--name",
        "docker ruby",
        "--url",
        "https://gitlab.example.com",
        "--executor",
        "docker",
        "--docker-image",
        "ruby:2.6",
        "--template-config",
        "/etc/gitlab-runner/template.toml",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[runners]]\n[[runners]]\n", "has 2 [[runners]], and register takes exactly one"),
        ("", "has no [[runners]]; write exactly one"),
        ("[runners.docker]\nimage = 'x'\n", "has no [[runners]]"),
        ("[[runners]\n", "is not TOML"),
        ("concurrent = 4\n[[runners]]\n", "has concurrent, which register ignores; write it into config.toml"),
        ("[[runners]]\nname = 'x'\n", "has the name 'x', which register ignores; write --name"),
        ("[[runners]]\ntoken = 'glrt-fake'\n", "has token, which register clears; pass the token"),
        ("[[runners]]\ntags = ['x']\n", "'tags' is stored by GitLab"),
        ("[[runners]]\n[runners.docker]\nprivileged = true\n", "template.docker.privileged: is true, and no flag"),
        ("[[runners]]\n[runners.docker]\nimages = 'x'\n", "gitlab-runner has no key 'images' here; write 'image'"),
        (
            "[[runners]]\n[runners.docker]\nservices = ['mysql:latest']\n",
            "services[0]: got 'mysql:latest'; write a table",
        ),
    ],
)
def test_a_template_that_register_would_not_apply_completely_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^template") as caught:
        check_template(text, wanted={"docker": {"privileged": False}})
    assert message in str(caught.value)
    assert "glrt-fake" not in str(caught.value)
