"""The script that brings the published configuration to a runner's machine, run in a scratch root."""

import stat

import pytest
from scratch_machine import Machine

from components.runner import user_data


def test_the_published_configuration_arrives_readable_by_its_owner_alone(machine: Machine) -> None:
    done = machine.run(user_data.FETCH)
    assert done.returncode == 0, done.stderr
    assert 'token = "glrt-fake-1"' in machine.config.read_text()
    assert machine.docker_config.read_text() == '{"credHelpers":{}}\n'
    for path in (machine.config, machine.docker_config):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "glrt-fake-1" not in done.stdout + done.stderr + "".join(machine.calls())


def test_a_changed_parameter_arrives(machine: Machine) -> None:
    machine.run(user_data.FETCH)
    changed = machine.published().replace("ruby:3.4", "ruby:3.5")
    machine.publish("", text=changed)
    machine.answer("parameters/docker-config.json", '{"credHelpers":{"r.example.com":"ecr-login"}}\n')
    assert machine.run(user_data.FETCH).returncode == 0
    assert "ruby:3.5" in machine.config.read_text()
    assert "r.example.com" in machine.docker_config.read_text()


def test_a_token_that_the_runner_rotated_is_kept_while_the_rest_changes(machine: Machine) -> None:
    machine.run(user_data.FETCH)
    rotated = machine.config.read_text().replace(
        'token = "glrt-fake-1"', '  token = "glrt-fake-rotated"\n  token_expires_at = 2026-12-01T00:00:00Z'
    )
    machine.config.write_text(rotated)
    machine.publish("", text=machine.published().replace("ruby:3.4", "ruby:3.5"))
    assert machine.run(user_data.FETCH).returncode == 0
    now = machine.config.read_text()
    assert "ruby:3.5" in now
    assert '  token = "glrt-fake-rotated"\n  token_expires_at = 2026-12-01T00:00:00Z\n' in now
    assert "glrt-fake-1" not in now
    before = machine.files()
    machine.run(user_data.FETCH)
    assert machine.files() == before


def test_a_key_named_token_in_another_table_is_not_touched(machine: Machine) -> None:
    tables = '\n[runners.labels]\nid = "x"\ntoken = "label"\n'
    globals_ = '[labels]\nid = "y"\ntoken = "global"\n\n'
    published = globals_ + machine.published() + tables
    machine.publish("", text=published)
    machine.run(user_data.FETCH)
    machine.config.write_text(machine.config.read_text().replace("glrt-fake-1", "glrt-fake-rotated"))
    assert machine.run(user_data.FETCH).returncode == 0
    assert machine.config.read_text() == published.replace("glrt-fake-1", "glrt-fake-rotated")


def test_the_plugin_of_an_autoscaler_is_installed_when_the_configuration_changes(machine: Machine) -> None:
    text = machine.published() + '\n[runners.autoscaler]\nplugin = "aws:latest"\n'
    machine.publish("", text=text)
    machine.run(user_data.FETCH)
    assert [call for call in machine.calls() if call.startswith("gitlab-runner fleeting install --config ")]
    machine.run(user_data.FETCH)
    assert not [call for call in machine.calls() if "fleeting" in call]


def test_the_token_of_a_new_registration_replaces_the_present_one(machine: Machine) -> None:
    machine.run(user_data.FETCH)
    machine.publish("glrt-fake-2", runner_id=8)
    assert machine.run(user_data.FETCH).returncode == 0
    assert 'token = "glrt-fake-2"' in machine.config.read_text()


@pytest.mark.parametrize("broken", ["concurrent = 1\n", "None\n", '[[runners]]\ntoken = "REFUSED"\n', "\n"])
def test_a_broken_parameter_does_not_replace_a_good_configuration(machine: Machine, broken: str) -> None:
    machine.run(user_data.FETCH)
    before = machine.files()
    machine.publish("", text=broken)
    done = machine.run(user_data.FETCH)
    assert done.returncode == 1
    assert "The present configuration stays." in done.stderr
    assert machine.files() == before


def test_a_parameter_that_cannot_be_read_changes_nothing(machine: Machine) -> None:
    machine.run(user_data.FETCH)
    before = machine.files()
    (machine.stubs / "parameters/docker-config.json").unlink()
    done = machine.run(user_data.FETCH)
    assert done.returncode == 1
    assert "/p/docker-config.json cannot be read: check the instance role" in done.stderr
    assert machine.files() == before


def test_a_gitlab_runner_without_lint_is_not_asked_to_lint(machine: Machine) -> None:
    machine.answer("no-lint", "")
    assert machine.run(user_data.FETCH).returncode == 0
    assert not [call for call in machine.calls() if call.startswith("gitlab-runner lint")]
