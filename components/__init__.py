"""Private ECR images in GitLab CI: a Pulumi component library.

Names load on first use, so that importing a document or the rotation does not import Pulumi.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bootstrap.bootstrap import Bootstrap
    from .consumers.ci_variables import CiVariables
    from .contract.token_renewal import TokenRenewal
    from .declaration.parts import rotation_parts
    from .ecr.pull_through import Upstream
    from .ecr.repositories import Repositories
    from .iam.identities import Identities
    from .iam.pull_user import PullUser
    from .names.access import Access, RunnerAccess
    from .names.registry_host import HostForm
    from .registry_access import RegistryAccess
    from .rotator.args import RotationBackend
    from .rotator.rotator import Rotator
    from .runner.args import Executor
    from .runner.runner import Runner
    from .variables.targets import OwnerKind, VariableType

__all__ = [
    "Access",
    "Bootstrap",
    "CiVariables",
    "Executor",
    "HostForm",
    "Identities",
    "OwnerKind",
    "PullUser",
    "RegistryAccess",
    "Repositories",
    "RotationBackend",
    "Rotator",
    "Runner",
    "RunnerAccess",
    "TokenRenewal",
    "Upstream",
    "VariableType",
    "rotation_parts",
]

_MODULES = {
    "VariableType": "variables.targets",
    "Upstream": "ecr.pull_through",
    "TokenRenewal": "contract.token_renewal",
    "RunnerAccess": "names.access",
    "RotationBackend": "rotator.args",
    "OwnerKind": "variables.targets",
    "HostForm": "names.registry_host",
    "Executor": "runner.args",
    "Access": "names.access",
    "Bootstrap": "bootstrap.bootstrap",
    "CiVariables": "consumers.ci_variables",
    "Identities": "iam.identities",
    "PullUser": "iam.pull_user",
    "RegistryAccess": "registry_access",
    "Repositories": "ecr.repositories",
    "Rotator": "rotator.rotator",
    "Runner": "runner.runner",
    "rotation_parts": "declaration.parts",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_MODULES[name]}", __name__), name)
