from typing import Any

import pytest

from components.declaration.checks import check_names

_OWN = "123456789012"
_REPOSITORIES = ["app", "ci/node", "ci/python"]
_THEIRS = [{"account": "210987654321", "region": "eu-central-1"}]
_OTHER_REGION = [{"account": _OWN, "region": "us-east-1"}]


def _check(
    *,
    consumer: dict[str, Any] | None = None,
    access: dict[str, Any] | None = None,
    repositories: list[str] = _REPOSITORIES,
) -> None:
    consumers: Any = {"acme/web": consumer} if consumer else {}
    runners: Any = {"build": {"access": access}} if access else {}
    check_names(_OWN, repositories, ["docker-hub", "quay"], consumers, runners)


@pytest.mark.parametrize(
    "rights",
    [
        {"pull": ["app", "ci/*"], "caches": ["quay"]},
        {"pull": ["shared/base"], "registries": _THEIRS},
        {"pull": ["ci/*"], "caches": ["of-theirs"], "registries": _THEIRS},
    ],
)
def test_a_declared_repository_or_one_of_another_account_is_accepted(rights: dict[str, Any]) -> None:
    _check(consumer=rights, access=rights)


@pytest.mark.parametrize(
    ("rights", "message"),
    [
        (
            {"pull": ["ci/*", "ci/pyton"]},
            r"pull\[1\]: 'ci/pyton' is not a repository of this stack; did you mean ci/python\? Otherwise write one",
        ),
        ({"pull": ["cii/*"]}, r"pull\[0\]: 'cii/\*' is not a repository of this stack; did you mean ci/\*\? Otherwise"),
        ({"pull": ["zzz"]}, r"pull\[0\]: 'zzz' is not a repository of this stack; write one of app, ci/node"),
        ({"pull": ["ci/nod"], "registries": _OTHER_REGION}, r"pull\[0\]: 'ci/nod' is not a repository"),
        ({"pull": ["*"]}, r"pull\[0\]: got '\*'; write a repository's name, or a pattern that starts with one"),
        (
            {"pull": ["CI/*"], "registries": _THEIRS},
            r"pull\[0\]: got 'CI/\*'; did you mean ci/\*\? Write a repository's name",
        ),
        ({"pull": ["quay/*"]}, r"pull\[0\]: 'quay/\*' is in a cache; write quay in `caches` beside `pull`"),
        (
            {"pull": ["app"], "caches": ["docker-hup"]},
            r"caches\[0\]: 'docker-hup' is not a cache of this stack; did you mean docker-hub\? .*: docker-hub, quay",
        ),
    ],
)
def test_a_name_that_nothing_matches_is_refused_at_its_place(rights: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=rf"^consumers\.acme/web\.{message}"):
        _check(consumer=rights)
    with pytest.raises(ValueError, match=rf"^runners\.build\.access\.{message}"):
        _check(access=rights)


def test_what_is_pushed_is_always_of_the_stack() -> None:
    with pytest.raises(ValueError, match=r"^consumers\.acme/web\.push\[0\]: 'ap' is not a repository .*mean app\?"):
        _check(consumer={"push": ["ap"], "registries": _THEIRS})


def test_a_few_of_many_repositories_are_shown() -> None:
    with pytest.raises(ValueError, match=r"write one of a/0, a/1, a/10, .*a/15 and 92 more, or a pattern"):
        _check(consumer={"pull": ["zzz"]}, repositories=[f"a/{number}" for number in range(100)])


def test_a_file_that_declares_nothing_is_reported() -> None:
    with pytest.raises(ValueError, match=r"'app' is not a repository of this stack; write one of none yet, or"):
        _check(consumer={"pull": ["app"]}, repositories=[])
