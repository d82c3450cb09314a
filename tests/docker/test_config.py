"""Docker's configuration file with the rules of the runner's Go code, beyond the measured cases."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.docker.config import Credential, decode_auth, load
from components.docker.go_json import GoJsonError

_A = "QVdTOmE="
_B = "QVdTOmI="


@given(
    st.text(st.characters(exclude_characters=":\0", codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8"))
)
def test_a_login_reads_back_without_zero_bytes_around_the_password(user: str, password: str) -> None:
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert decode_auth(encoded) == Credential(user, password.strip("\0"))


@given(st.binary(max_size=40), st.integers(0, 60))
def test_line_breaks_inside_base64_are_ignored(secret: bytes, at: int) -> None:
    encoded = base64.b64encode(b"u:" + secret.replace(b"\0", b"")).decode()
    assert decode_auth(encoded[:at] + "\r\n" + encoded[at:]) == decode_auth(encoded)


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        ("***", "illegal base64 data at input byte 0"),
        ("QVdT OmE=", "illegal base64 data at input byte 4"),
        ("QVdTOmE", "illegal base64 data at input byte 4"),
        ("QVdTOg", "illegal base64 data at input byte 4"),
        ("QVdTOg=", "illegal base64 data at input byte 7"),
        ("QVdTOg=x", "illegal base64 data at input byte 6"),
        ("QVdTOmE=x", "illegal base64 data at input byte 8"),
        ("=", "illegal base64 data at input byte 0"),
        ("Q===", "illegal base64 data at input byte 1"),
        ("QVdT-_==", "illegal base64 data at input byte 4"),
        ("QVdT", "invalid auth configuration file"),
        ("OmE=", "invalid auth configuration file"),
    ],
)
def test_a_broken_auth_is_reported_with_gos_message(auth: str, words: str) -> None:
    with pytest.raises(GoJsonError) as caught:
        load(f'{{"auths":{{"h":{{"auth":"{auth}"}}}}}}')
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5", "json: cannot unmarshal number into Go value of type configfile.ConfigFile"),
        ('"auths": {}', "json: cannot unmarshal string into Go value of type configfile.ConfigFile"),
        ("true", "json: cannot unmarshal bool into Go value of type configfile.ConfigFile"),
        (
            '{"auths":[]}',
            "json: cannot unmarshal array into Go struct field ConfigFile.auths of type map[string]types.AuthConfig",
        ),
        (
            '{"auths":{"h":"token"}}',
            "json: cannot unmarshal string into Go struct field ConfigFile.auths of type types.AuthConfig",
        ),
        (
            '{"auths":{"h":{"auth":5}}}',
            "json: cannot unmarshal number into Go struct field AuthConfig.auths.auth of type string",
        ),
        (
            '{"credHelpers":{"h":true}}',
            "json: cannot unmarshal bool into Go struct field ConfigFile.credHelpers of type string",
        ),
        (
            '{"credsStore":{}}',
            "json: cannot unmarshal object into Go struct field ConfigFile.credsStore of type string",
        ),
        ('{"psFormat":1}', "json: cannot unmarshal number into Go struct field ConfigFile.psFormat of type string"),
        (
            '{"plugins":{"a":1}}',
            "json: cannot unmarshal number into Go struct field ConfigFile.plugins of type map[string]string",
        ),
        (
            '{"proxies":{"default":{"httpProxy":1}}}',
            "json: cannot unmarshal number into Go struct field ProxyConfig.proxies.httpProxy of type string",
        ),
        (
            '{"pruneFilters":[1]}',
            "json: cannot unmarshal number into Go struct field ConfigFile.pruneFilters of type string",
        ),
    ],
)
def test_a_wrong_type_anywhere_makes_the_whole_document_invalid(text: str, words: str) -> None:
    with pytest.raises(GoJsonError) as caught:
        load(text)
    assert str(caught.value) == words


@pytest.mark.parametrize("text", ["", " \n", "null", "{}", '{"auths":null}', '{"unknown":[1]}'])
def test_a_document_without_registries_is_not_an_error(text: str) -> None:
    assert load(text).auths == {}


@pytest.mark.parametrize(
    ("text", "auths"),
    [
        (f'{{"AUTHS":{{"h":{{"Auth":"{_A}"}}}}}}', {"h": "a"}),
        (f'{{"auths":{{"h":{{"auth":"{_A}"}}}},"auths":{{"i":{{"auth":"{_B}"}}}}}}', {"h": "a", "i": "b"}),
        (f'{{"auths":{{"h":{{"auth":"{_A}"}}}},"Auths":null}}', {}),
        (f'{{"auths":{{"h":{{"auth":"{_A}","auth":"{_B}"}}}}}}', {"h": "b"}),
        (f'{{"auths":{{"h":{{"auth":"{_A}"}},"h":{{}}}}}}', {"h": ""}),
        (f'{{"auths":{{"h":{{"auth":"{_A}","auth":null}}}}}}', {"h": "a"}),
        ('{"auths":{"h":{"auth":"","password":"c"}}}', {"h": "c"}),
        ('{"auths":{"h":null}}', {"h": ""}),
    ],
)
def test_a_key_that_is_named_twice_is_read_as_go_reads_it(text: str, auths: dict[str, str]) -> None:
    assert {host: credential.password for host, credential in load(text).auths.items()} == auths


def test_no_representation_shows_a_secret() -> None:
    assert "fake" not in repr(Credential("u", "fake", "fake"))
