"""Private ECR images in GitLab CI: a Pulumi component library.

Names load on first use, so that importing `documents` or `rotation` loads no Pulumi.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bootstrap import Bootstrap
    from .ci_variables import CiVariables
    from .consumer_args import Access
    from .identities import Identities
    from .pull_user import PullUser
    from .registry_access import RegistryAccess
    from .repositories import Repositories
    from .rotator import Rotator
    from .rotator_parts import rotation_parts
    from .runner import Runner

__all__ = [
    "Access",
    "Bootstrap",
    "CiVariables",
    "Identities",
    "PullUser",
    "RegistryAccess",
    "Repositories",
    "Rotator",
    "Runner",
    "rotation_parts",
]

_MODULES = {
    "Access": "consumer_args",
    "Bootstrap": "bootstrap",
    "CiVariables": "ci_variables",
    "Identities": "identities",
    "PullUser": "pull_user",
    "RegistryAccess": "registry_access",
    "Repositories": "repositories",
    "Rotator": "rotator",
    "Runner": "runner",
    "rotation_parts": "rotator_parts",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
