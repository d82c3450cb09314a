"""One correction of the emulator: which user a call of IAM is about.

AWS judges it by the user's ARN, path included, and a key's last use by the user that the key belongs to ("Actions,
resources, and condition keys for AWS Identity and Access Management"); ministack 1.5.33 leaves the path out, and takes
a key for nobody's. A policy that names users below a path would allow nothing.
"""

from typing import Any

from ministack.core import iam_actions
from ministack.services import iam


def correct_user_arn() -> None:
    """Make the evaluator in this process resolve users as AWS does."""
    resolve = iam_actions.extract_resource_arn

    def resolve_as_aws(service: str, *arguments: Any, **named: Any) -> str:
        found = str(resolve(service, *arguments, **named))
        if service != "iam":
            return found
        parameters = arguments[4] if len(arguments) > 4 else named["query_params"]  # noqa: PLR2004 - its fifth
        account = arguments[6] if len(arguments) > 6 else named["account_id"]  # noqa: PLR2004 - its seventh
        return _user_arn(account, found, _first(parameters.get("AccessKeyId")))

    iam_actions.extract_resource_arn = resolve_as_aws


def _user_arn(account: str, found: str, key_id: str) -> str:
    name = found.partition(":user/")[2]
    if found == "*" and key_id:
        key = iam._access_keys.get_scoped(account, None, key_id)  # noqa: SLF001 - whose a key is, is nowhere else
        name = key["UserName"] if key else ""
    user = iam._users.get_scoped(account, None, name) if name else None  # noqa: SLF001 - a user's path is nowhere else
    return str(user["Arn"]) if user else found


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "")
