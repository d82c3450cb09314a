"""Documents that go into `DOCKER_AUTH_CONFIG`: built for the runner, merged without loss, shown without secrets."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.docker import auth as docker_auth
from components.docker.credential_resolution import resolve

_ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_OTHER = "registry.example.com:5000"
_TOKEN = base64.b64encode(b"AWS:fake-password").decode()
_FOREIGN = base64.b64encode(b"robot:fake-foreign").decode()
_RAW_PASSWORD = base64.b64encode(b'{"payload":"fake","type":"DATA_KEY"}').decode()

_hosts = st.from_regex(r"[a-z0-9]{1,8}\.[a-z]{2,5}(:[1-9][0-9]{0,3})?", fullmatch=True)
_entries = st.builds(
    docker_auth.login_entry,
    st.text("abcé ", min_size=1),
    st.text(min_size=1).filter(lambda text: not text.endswith("\n")),
)
_others = st.dictionaries(st.sampled_from(["HttpHeaders", "psFormat", "plugins"]), st.text() | st.booleans())


def test_ecrs_token_becomes_the_entry_unchanged() -> None:
    assert docker_auth.auth_entry(_TOKEN) == {"auth": _TOKEN}


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        (_RAW_PASSWORD, "is the bare ECR password"),
        (base64.b64encode(b"robot:x").decode(), "is not for the user AWS"),
        (base64.b64encode(b"AWS:").decode(), "has an empty password"),
        (base64.b64encode(b"fake-password").decode(), "decodes to no user and colon"),
        ("***", "is not base64"),
        ("", "decodes to no user and colon"),
        (_TOKEN[:4] + "\n" + _TOKEN[4:], "has white space in it"),
    ],
)
def test_another_text_than_the_token_is_refused_without_showing_it(token: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        docker_auth.auth_entry(token)
    assert not token or token not in str(caught.value)


@given(st.dictionaries(_hosts, _entries), _others)
def test_a_dumped_document_is_maskable_and_reads_back_the_same(auths: dict[str, dict[str, str]], rest: dict) -> None:
    document = rest | docker_auth.with_auths(auths)
    text = docker_auth.dumps(document)
    assert re.fullmatch(r"\A\S{8,}\Z", text)
    assert docker_auth.parse(text) == document


def test_the_placeholder_is_what_an_empty_document_dumps_to() -> None:
    assert docker_auth.dumps(docker_auth.with_auths({})) == docker_auth.PLACEHOLDER


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        (f'"auths":{{"{_ECR}":{{"auth":"{_TOKEN}"}}}}', "lacks its outer braces"),
        (f'auths: {{"{_ECR}":{{"auth":"{_TOKEN}"}}}}', "lacks its outer braces"),
        (f'{{"auths":{{"{_ECR}":{{"auth":"{_RAW_PASSWORD}"}}}}}}', "bare ECR password"),
        (f'{{"auths":{{"{_ECR}":{{"auth":"c2VjcmV0"}}}}}}', "decodes to no user and colon"),
        (f'{{"auths":{{"{_ECR}":{{"auth":"not base64!"}}}}}}', "white space"),
        (f'{{"auths":{{"{_ECR}":{{"auth":"$TOKEN"}}}}}}', "variable was not resolved"),
        (f'{{"auths":{{"{_ECR}":{{"auth":"cm9ib3Q6\nZmFrZQ=="}}}}}}', "line break inside an auth"),
        (f'{{"auths":{{"{_ECR}":{{"auth":"cm9ib3Q6\\nZmFrZQ=="}}}}}}', "in one line"),
        (f'{{"auths":{{"{_ECR}":{{"auth":"cm9ib3Q6eAo="}}}}}}', "line break after the password"),
        (f'{{"{_ECR}":{{"auth":"{_TOKEN}"}}}}', "without auths around them"),
        (f'{{"auth":"{_TOKEN}"}}', "entry without its registry host"),
        (f'[{{"auth":"{_TOKEN}"}}]', "is not an object"),
        (f'{{"auths":{{"{_ECR}":"{_TOKEN}"}}}}', "entry 1: is not an object"),
        ('{"auths":[]}', "auths that are not an object"),
        (f'{{"auths":{{"{_ECR}":{{"auth":5}}}}}}', "auth is not a text"),
        ('{"auths":{}} x', "1 characters after its last brace"),
        ('{"auths":{}}}', "one closing brace too many"),
        ('{"auths":{}', "ends before its last brace"),
        ("{'auths':{}}", "single quotes"),
        ('{\\"auths\\":{}}', "backslashes"),
        ('{"Auths":{}}', "writes 'Auths'"),
        ('{"auths":{},"auths":{}}', "one key twice"),
        ('{"credHelpers":"ecr-login"}', "credHelpers that are not an object"),
        (f'{{"credHelpers":{{"{_ECR}":"../ecr-login"}}}}', "by more than its plain name"),
        ('{"credsStore":7}', "by more than its plain name"),
        ('{"auths":NaN}', "NaN"),
        (_RAW_PASSWORD, "plain text, not JSON"),
        ('"text"', "is not an object"),
        ('{"auths":{},}', "is not valid JSON"),
        ("[" * 100_000, "nested deeper than 64 levels"),
        ('{"a":' * 100 + "1" + "}" * 100, "nested deeper than 64 levels"),
        ('{"auths":{},"size":1e999}', "a number that is too large"),
        (f'{{"auths":{{}},"size":{"1" * 5_000}}}', "a number of 5000 characters"),
    ],
)
def test_each_mistake_is_recognized_and_no_secret_shown(text: str, mistake: str) -> None:
    with pytest.raises(ValueError, match=rf"^DOCKER_AUTH_CONFIG: .*{mistake}") as caught:
        docker_auth.parse(text)
    for secret in (_TOKEN, _RAW_PASSWORD, "c2VjcmV0", "cm9ib3Q6"):
        assert secret not in str(caught.value)


@given(st.dictionaries(_hosts, _entries), _others, st.dictionaries(_hosts, _entries), st.sets(_hosts))
def test_merging_keeps_everything_foreign_and_changes_nothing_the_second_time(
    existing: dict[str, dict[str, str]], rest: dict, new: dict[str, dict[str, str]], also_owned: set[str]
) -> None:
    owned = set(new) | also_owned
    text = json.dumps(rest | {"auths": existing}, indent=2)
    merged = docker_auth.merge(text, owned, new)
    foreign = {host: entry for host, entry in existing.items() if host not in owned}
    assert merged == rest | {"auths": foreign | new}
    assert docker_auth.dumps(docker_auth.merge(docker_auth.dumps(merged), owned, new)) == docker_auth.dumps(merged)
    assert docker_auth.remove(docker_auth.dumps(merged), owned) == rest | {"auths": foreign}


@pytest.mark.parametrize("existing", [None, "", "  \n", "{}", docker_auth.PLACEHOLDER])
def test_an_empty_value_becomes_a_document_with_the_new_entry_alone(existing: str | None) -> None:
    entry = docker_auth.auth_entry(_TOKEN)
    assert docker_auth.merge(existing, [_ECR], {_ECR: entry}) == {"auths": {_ECR: entry}}


@pytest.mark.parametrize("spelling", [f"https://{_ECR}", f"http://{_ECR}/v2/", f"{_ECR}/", _ECR.upper()])
def test_another_spelling_of_an_owned_host_is_replaced_since_it_would_shadow_the_new_entry(spelling: str) -> None:
    stale = json.dumps({"auths": {spelling: {"auth": _RAW_PASSWORD}, _OTHER: {"auth": _FOREIGN}}})
    merged = docker_auth.merge(stale, [_ECR], {_ECR: docker_auth.auth_entry(_TOKEN)})
    assert merged == {"auths": {_OTHER: {"auth": _FOREIGN}, _ECR: {"auth": _TOKEN}}}
    assert resolve(f"{_ECR}/x:1", docker_auth.dumps(merged)).credential.password == "fake-password"


def test_an_entry_for_a_path_of_an_owned_host_is_kept() -> None:
    existing = json.dumps({"auths": {f"{_ECR}/team-a": {"auth": _FOREIGN}}})
    assert f"{_ECR}/team-a" in docker_auth.merge(existing, [_ECR], {_ECR: {"auth": _TOKEN}})["auths"]


@pytest.mark.parametrize("helpers", [{"credHelpers": {_OTHER: "x"}}, {"credsStore": "ecr-login"}])
def test_auths_are_not_merged_into_a_document_with_helpers(helpers: dict) -> None:
    with pytest.raises(ValueError, match="so no auths are added to it: one failing helper") as caught:
        docker_auth.merge(json.dumps(helpers), [_ECR], {_ECR: {"auth": _TOKEN}})
    assert _TOKEN not in str(caught.value)


def test_a_broken_foreign_entry_is_refused_and_not_wiped() -> None:
    existing = json.dumps({"auths": {_OTHER: {"auth": "c2VjcmV0"}}})
    with pytest.raises(ValueError, match="entry 1: its auth decodes to no user and colon"):
        docker_auth.merge(existing, [_ECR], {_ECR: {"auth": _TOKEN}})


@pytest.mark.parametrize("auth", [_RAW_PASSWORD, "cm9ib3Q6eAo=", "cm9ib3Q6\nZmFrZQ=="])
def test_a_foreign_entry_that_only_its_registry_would_refuse_does_not_stop_a_merge(auth: str) -> None:
    existing = json.dumps({"auths": {_OTHER: {"auth": auth}}})
    assert docker_auth.merge(existing, [_ECR], {})["auths"] == {_OTHER: {"auth": auth}}


def test_a_new_entry_has_to_be_owned() -> None:
    with pytest.raises(ValueError, match="are not among the owned hosts"):
        docker_auth.merge(None, [_ECR], {_OTHER: {"auth": _TOKEN}})


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        (f"https://{_ECR}", f"write the registry host alone: {_ECR}"),
        (f"{_ECR}/team-a", f"write the registry host alone: {_ECR}"),
        ("*.amazonaws.com", "does not support wildcards"),
        ("Registry.example.com", "lower case"),
    ],
)
def test_a_key_that_is_not_a_registry_host_is_refused(key: str, advice: str) -> None:
    for build in (lambda: docker_auth.with_helpers({key: "ecr-login"}), lambda: docker_auth.with_auths({key: {}})):
        with pytest.raises(ValueError, match=re.escape(advice)):
            build()


@pytest.mark.parametrize("helper", ["docker-credential-ecr-login", "../x", "", "a/b", ".."])
def test_a_helper_is_written_by_its_plain_name(helper: str) -> None:
    with pytest.raises(ValueError, match=r"^credsStore: "):
        docker_auth.with_store(helper)


def test_helpers_are_built_per_registry_host() -> None:
    assert docker_auth.with_helpers({_ECR: "ecr-login"}) == {"credHelpers": {_ECR: "ecr-login"}}
    assert docker_auth.with_store("ecr-login") == {"credsStore": "ecr-login"}


@pytest.mark.parametrize(("user", "password", "problem"), [("a:b", "x", "without a colon"), ("a", "x\n", "line break")])
def test_a_login_that_the_format_cannot_hold_is_refused(user: str, password: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        docker_auth.login_entry(user, password)


_secret = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=40)


@given(_secret, st.sampled_from(["auth", "password", "username", "identitytoken", "registrytoken", "other"]))
def test_a_redacted_document_shows_registries_and_no_value(secret: str, key: str) -> None:
    document = {
        "auths": {_ECR: {key: secret}, secret: {key: secret}, "text": secret},
        "credHelpers": {_OTHER: "ecr-login", secret: secret},
        "credsStore": secret,
        "HttpHeaders": {"Authorization": secret},
        secret: secret,
    }
    for shown in (docker_auth.redact(document), docker_auth.redact(json.dumps(document))):
        assert secret not in shown
        assert _ECR in shown
        assert "ecr-login" in shown


@given(_secret)
def test_a_text_that_is_not_a_document_is_redacted_to_its_length(secret: str) -> None:
    for text in (secret, f"{{{secret}", json.dumps(secret), json.dumps([secret])):
        assert secret not in docker_auth.redact(text)
        assert f"{len(text)} characters" in docker_auth.redact(text)
