"""What replaces encrypted values, a private CA and a proxy."""

import json

import pytest

from rehearsal.stand_ins import EncryptedWholeError, for_this_run, without_secrets

SECRET = {"secure": "v1:ZmFrZQ==:ZmFrZQ=="}


def test_every_encrypted_value_gets_a_made_up_one_at_any_depth_and_is_named() -> None:
    config = {
        "gitlab:token": SECRET,
        "gitlab-ecr:consumers": {"acme/docs": {"auths": {"r.example.com": {"username": "u", "password": SECRET}}}},
        "gitlab-ecr:runners": {"a": {"environment": ["A=b", SECRET]}},
        "gitlab-ecr:account": "123456789012",
    }
    clear, places = without_secrets(config)
    assert "secure" not in json.dumps(clear)
    assert places == [
        "gitlab:token",
        "gitlab-ecr:consumers.acme/docs.auths.r.example.com.password",
        "gitlab-ecr:runners.a.environment[1]",
    ]
    assert clear["gitlab-ecr:runners"]["a"]["environment"][0] == "A=b"
    assert "=" in clear["gitlab-ecr:runners"]["a"]["environment"][1]
    assert clear["gitlab-ecr:account"] == "123456789012"


def test_a_mapping_that_only_looks_encrypted_is_left_alone() -> None:
    config = {"gitlab-ecr:repositories": {"secure": {}, "other": {}}}
    assert without_secrets(config) == (config, [])


def test_the_error_for_a_completely_encrypted_section_says_how_to_encrypt_a_part_of_it() -> None:
    with pytest.raises(EncryptedWholeError, match=r"gitlab-ecr:consumers is encrypted.*config set --secret --path"):
        without_secrets({"gitlab-ecr:consumers": SECRET})


def test_the_runs_own_ca_and_proxy_replace_those_that_the_file_names() -> None:
    config = {"gitlab-ecr:gitlab": json.dumps({"url": "https://g.example", "caBundle": "theirs", "proxy": "theirs"})}
    changed, notes = for_this_run(config, "ours", "http://127.0.0.1:1")
    assert json.loads(changed["gitlab-ecr:gitlab"]) == {
        "url": "https://g.example",
        "caBundle": "ours",
        "proxy": "http://127.0.0.1:1",
    }
    assert [note.partition(":")[2].partition(":")[0] for note in notes] == ["gitlab.caBundle", "gitlab.proxy"]


@pytest.mark.parametrize("gitlab", [None, {"url": "https://g.example"}])
def test_nothing_is_replaced_if_the_file_names_no_ca_and_no_proxy(gitlab: dict[str, str] | None) -> None:
    config = {"gitlab-ecr:gitlab": json.dumps(gitlab)} if gitlab else {}
    assert for_this_run(config, "ours", "http://127.0.0.1:1") == (config, [])
