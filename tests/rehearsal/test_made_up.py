"""What a run says that it made up."""

from types import SimpleNamespace
from typing import Any

from rehearsal.made_up import made_up
from rehearsal.namespaces import SHADOWED

_OWN = "123456789012"
_GRANTED = ": each with the repository policy that its owner has to write"


def _registry(account: str, *, own: bool) -> Any:
    host = f"{account}.dkr.ecr.eu-central-1.amazonaws.com"
    return SimpleNamespace(
        own=own, hosts=(host,), repositories=("base/python", "base/node"), location=SimpleNamespace(account=account)
    )


def test_each_thing_has_a_line_and_the_stacks_own_registry_none() -> None:
    world: Any = SimpleNamespace(
        account=_OWN,
        made_up=[f"acme/{SHADOWED}", "acme/numbered"],
        made_up_secrets=["acme/foreign-logins"],
        registries=[_registry(_OWN, own=True), _registry(_OWN, own=False), _registry("210987654321", own=False)],
    )
    assert list(made_up(world)) == [
        f"in GitLab, acme/{SHADOWED}: a project with its own DOCKER_AUTH_CONFIG, set by hand",
        "in GitLab, acme/numbered: only its number is in the file",
        "in the secret acme/foreign-logins, a login",
        f"in {_OWN}.dkr.ecr.eu-central-1.amazonaws.com, base/python, base/node",
        f"in 210987654321.dkr.ecr.eu-central-1.amazonaws.com, base/python, base/node{_GRANTED}",
    ]
