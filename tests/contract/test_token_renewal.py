"""Which GitLab Secrets Manager can call, as far as a declaration tells."""

import pytest

from components.contract.token_renewal import LIFE_DAYS, RENEWED_AFTER_DAYS, out_of_reach
from components.rotator.alarms import TOKEN_DAYS


@pytest.mark.parametrize(
    "url",
    ["https://gitlab.com", "https://gitlab.example.com", "https://gitlab.example.com:8443/git", "https://1.1.1.1"],
)
def test_an_instance_of_the_internet_is_within_reach(url: str) -> None:
    assert out_of_reach(url, None) == ""


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://gitlab.example.com", "http://gitlab.example.com is not https"),
        ("https://10.1.2.3", "10.1.2.3 is not an address of the internet"),
        ("https://192.168.0.9:8443", "192.168.0.9 is not an address of the internet"),
        ("https://127.0.0.1", "127.0.0.1 is not an address of the internet"),
        ("https://[fd00::1]", "fd00::1 is not an address of the internet"),
        ("https://gitlab", "gitlab is not an address of the internet"),
        ("https://gitlab.corp.internal", "gitlab.corp.internal is not an address of the internet"),
        ("https://gitlab.local", "gitlab.local is not an address of the internet"),
    ],
)
def test_another_instance_is_out_of_reach_and_the_reason_names_it(url: str, why: str) -> None:
    assert out_of_reach(url, None) == why


def test_an_instance_with_a_private_ca_is_out_of_reach() -> None:
    assert "of a private CA, which AWS does not trust" in out_of_reach("https://gitlab.example.com", "a certificate")


def test_one_renewal_may_fail_before_the_alarm_and_another_before_the_end() -> None:
    assert LIFE_DAYS - RENEWED_AFTER_DAYS > TOKEN_DAYS
    assert LIFE_DAYS > 2 * RENEWED_AFTER_DAYS + 1
