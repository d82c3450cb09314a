from typing import Any

from components.declaration.args import RegistryAccessArgs
from components.declaration.declared import declared
from components.names.access import Access

_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_OURS = {"account": "123456789012", "region": "eu-central-1"}
_THEIRS = {"account": "210987654321", "region": "us-east-1"}


def _args(repositories: list[str], **more: Any) -> RegistryAccessArgs:
    args: Any = {**_OURS, "prefix": "prod", "stack": "prod", "repositories": {key: {} for key in repositories}, **more}
    return args


def test_the_rights_of_consumers_and_runners_are_plain_values() -> None:
    consumers: Any = {
        "acme/web": {"pull": ["ci/*"], "push": ["app"], "caches": ["quay"]},
        "acme/old": {"access": Access.ACCESS_KEYS, "pull": ["app"], "long_lived_keys": True},
        "acme/docs": {"access": Access.STATIC, "auths": {"r.io": {"username": "u", "password": "fake-password"}}},
        "acme/images": {"push": ["app"]},
        "acme": {"kind": "group", "pull": ["shared/*"], "registries": [_OURS, _THEIRS]},
    }
    runners: Any = {"fleet": {"access": {"pull": ["ci/*"], "registries": [_THEIRS]}}, "laptop": {}}
    assert declared(_args(["b", "a"], consumers=consumers, runners=runners)) == {
        "registry": _HOST,
        "repositories": ["a", "b"],
        "consumers": {
            "acme/web": {
                "kind": "project",
                "access": "rotated-variable",
                "pull": ["ci/*", "quay/*"],
                "push": ["app"],
            },
            "acme/old": {"kind": "project", "access": "access-keys", "pull": ["app"]},
            "acme/docs": {"kind": "project", "access": "static", "pull": []},
            "acme/images": {"kind": "project", "access": "job-role", "pull": [], "push": ["app"]},
            "acme": {
                "kind": "group",
                "access": "rotated-variable",
                "pull": ["shared/*"],
                "registries": [_HOST, "210987654321.dkr.ecr.us-east-1.amazonaws.com"],
            },
        },
        "runners": {
            "fleet": {
                "access": "credential-helper",
                "pull": ["ci/*"],
                "registries": ["210987654321.dkr.ecr.us-east-1.amazonaws.com"],
            },
            "laptop": {"access": "credential-helper", "pull": []},
        },
    }
