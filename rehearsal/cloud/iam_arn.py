"""One correction of the emulator: which user, role, instance profile or policy a call of IAM is about.

AWS judges it by the ARN, path included, and a key's last use by the user that the key belongs to ("Actions, resources,
and condition keys for AWS Identity and Access Management"); ministack 1.5.33 leaves the path out, does not know whose a
key is, and knows no profile and no policy that is about to be made. A policy that names what lies below a path would
allow nothing.
"""

from typing import Any

from ministack.core import iam_actions
from ministack.services import iam

from ..json_values import first_text


def correct_iam_arn() -> None:
    """Make the evaluator in this process resolve them as AWS does."""
    resolve = iam_actions.extract_resource_arn

    def resolve_as_aws(service: str, *arguments: Any, **named: Any) -> str:
        found = str(resolve(service, *arguments, **named))
        if service != "iam":
            return found
        parameters = arguments[4] if len(arguments) > 4 else named["query_params"]  # noqa: PLR2004 - its fifth
        account = arguments[6] if len(arguments) > 6 else named["account_id"]  # noqa: PLR2004 - its seventh
        return _arn(account, found, {key: first_text(parameters, key) for key in parameters})

    iam_actions.extract_resource_arn = resolve_as_aws


def _arn(account: str, found: str, asked: dict[str, str]) -> str:
    if profile := asked.get("InstanceProfileName"):  # named beside a role, it is what the call is about
        return _below_its_path(account, "instance-profile", iam._instance_profiles, profile, asked)  # noqa: SLF001 - a path is nowhere else
    if role := asked.get("RoleName"):
        return _below_its_path(account, "role", iam._roles, role, asked)  # noqa: SLF001 - a path is nowhere else
    if user := asked.get("UserName") or (_owner_of(account, asked.get("AccessKeyId", "")) if found == "*" else ""):
        return _below_its_path(account, "user", iam._users, user, asked)  # noqa: SLF001 - a path is nowhere else
    if policy := asked.get("PolicyName"):
        return f"arn:aws:iam::{account}:policy{asked.get('Path') or '/'}{policy}"
    return found


def _below_its_path(account: str, kind: str, known: Any, name: str, asked: dict[str, str]) -> str:
    """The ARN of an existing resource, or the one that a new resource will have."""
    there = known.get_scoped(account, None, name)
    return str(there["Arn"]) if there else f"arn:aws:iam::{account}:{kind}{asked.get('Path') or '/'}{name}"


def _owner_of(account: str, key_id: str) -> str:
    key = iam._access_keys.get_scoped(account, None, key_id) if key_id else None  # noqa: SLF001 - whose a key is, is nowhere else
    return str(key["UserName"]) if key else ""
