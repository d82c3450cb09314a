import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.contract.plan import (
    VERSION,
    Audience,
    Flags,
    GitLab,
    OwnerKind,
    Plan,
    Registry,
    TokenRenewal,
    TokenTarget,
    VariableType,
)
from components.contract.sizes import LONGEST_TOKEN, SHORTEST_TOKEN, VALUE_LIMIT, document_length, size_findings


def _host(number: int, form: str = "ecr") -> str:
    return f"{number:012}.dkr.{form}.eu-central-1.amazonaws.com"


def _plan(*registries: tuple[str, ...]) -> Plan:
    """One target, and the registries of its audience, each with its hosts."""
    flags = Flags(VariableType.FILE, masked=True, protected=False, raw=True, hidden=False)
    return Plan(
        version=VERSION,
        stack="prod",
        region="eu-central-1",
        state="/prod/rotator/state",
        gitlab=GitLab("https://gitlab.com", False, None, "secret", TokenRenewal.OWN, None, 16, 50),
        audiences={
            "acme/web": Audience(
                role_arn="arn",
                registries=tuple(Registry(hosts[0][:12], "eu-central-1", hosts) for hosts in registries),
                inside=None,
                outside=None,
            )
        },
        key_users=(),
        secrets=(),
        targets=(TokenTarget(OwnerKind.PROJECT, "7", "acme/web", "DOCKER_AUTH_CONFIG", "*", flags, "acme/web", None),),
    )


@pytest.mark.parametrize("hosts", [1, 2])
def test_what_always_fits_is_not_mentioned(hosts: int) -> None:
    assert size_findings(_plan(*((_host(n),) for n in range(hosts)))) == []


def test_a_value_that_may_not_fit_is_not_certain_to_fail() -> None:
    (finding,) = size_findings(_plan(*((_host(n),) for n in range(3))))
    assert not finding.certain
    assert finding.message == (
        "its value may be 7,697 to 10,997 characters for 3 registry hosts; GitLab before 17.0 allows 10,000, and "
        "`gitlab-ecr check` says which yours is: name fewer registries, or let the runners of acme/web use `access`: "
        "credential-helper, which needs no token in a variable"
    )


def test_a_value_that_only_older_gitlabs_cannot_hold_is_not_certain_to_fail() -> None:
    (finding,) = size_findings(_plan(*((_host(n),) for n in range(4))))
    assert not finding.certain
    assert "its value will be 10,259 to 14,659 characters for 4 registry hosts" in finding.message


def test_a_value_that_cannot_fit_into_an_instances_variable_is_certain_to_fail() -> None:
    some = _plan(*((_host(n),) for n in range(4)))
    instance = replace(some.targets[0], owner_kind=OwnerKind.INSTANCE, owner="instance", path="instance")
    (finding,) = size_findings(replace(some, targets=(instance,)))
    assert finding.certain
    assert "GitLab allows 10,000 in a variable of the instance: name fewer registries, or let your runners" in (
        finding.message
    )


def test_the_advice_names_what_makes_the_value_long() -> None:
    forms = ((_host(1), _host(1, "ecr-fips")), (_host(2), _host(2, "ecr-fips")))
    assert "leave out the `host_forms` that no image is written with, or name fewer registries" in (
        size_findings(_plan(*forms))[0].message
    )


@given(st.integers(0, 6), st.integers(0, 4_000))
def test_the_length_is_that_of_the_document_itself(hosts: int, token: int) -> None:
    names = tuple(_host(number) for number in range(hosts))
    document = {"auths": {name: {"auth": "A" * token} for name in names}}
    assert document_length(names, token) == len(json.dumps(document, separators=(",", ":")))


@given(st.integers(1, 8), st.integers(SHORTEST_TOKEN, LONGEST_TOKEN))
def test_every_token_of_a_real_length_fits_or_is_announced(hosts: int, token: int) -> None:
    findings = size_findings(_plan(*((_host(number),) for number in range(hosts))))
    fits = document_length(tuple(_host(number) for number in range(hosts)), token) <= VALUE_LIMIT
    assert fits or findings
    assert not (fits and findings and findings[0].certain)
