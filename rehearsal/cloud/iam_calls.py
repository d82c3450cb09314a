"""IAM calls that the AWS provider makes for users and OIDC providers, and that ministack 1.5.33 does not have.

Each does what "IAM API Reference" says of it, as far as a stack of this project needs it. What a user never has here
(SSH keys, signing certificates, service credentials) gives an empty list.
"""

from collections.abc import Callable
from typing import Any

from ministack.services import iam

from ..json_values import first_text

_Parameters = dict[str, Any]
_Answer = Any


def add_missing_calls() -> None:
    """Make IAM in this process answer them.

    Raises:
        RuntimeError: ministack has one of them by now: take it out here.
    """
    handlers: Any = iam._IAM_HANDLERS  # noqa: SLF001 - IAM has no public seam
    if known := sorted(_CALLS.keys() & handlers.keys()):
        raise RuntimeError(f"ministack has {', '.join(known)} now: take them out of rehearsal/cloud/iam_calls.py")
    handlers.update(_CALLS)


def _update_user(parameters: _Parameters) -> _Answer:
    """Moves and renames a user; keys, policies and tags stay."""
    name = first_text(parameters, "UserName")
    user = iam._users.get(name)  # noqa: SLF001 - no other way to a user
    if user is None:
        return _absent(f"The user with name {name} cannot be found.")
    path, new_name = first_text(parameters, "NewPath") or user["Path"], first_text(parameters, "NewUserName") or name
    account = user["Arn"].split(":")[4]
    user |= {"UserName": new_name, "Path": path, "Arn": f"arn:aws:iam::{account}:user{path}{new_name}"}
    if new_name != name:
        iam._users[new_name] = user  # noqa: SLF001 - the same
        del iam._users[name]  # noqa: SLF001 - the same
    return _done("UpdateUser")


def _tag_provider(parameters: _Parameters) -> _Answer:
    provider = iam._oidc_providers.get(first_text(parameters, "OpenIDConnectProviderArn"))  # noqa: SLF001 - no other way
    if provider is None:
        return _absent("The provider cannot be found.")
    added = iam._extract_tags(parameters)  # noqa: SLF001 - how every call of IAM reads its tags
    replaced = {tag["Key"] for tag in added}
    provider["Tags"] = [tag for tag in _tags(provider) if tag["Key"] not in replaced] + added
    return _done("TagOpenIDConnectProvider")


def _tags(provider: dict[str, Any]) -> list[dict[str, str]]:
    return provider.get("Tags") or []


def _untag_provider(parameters: _Parameters) -> _Answer:
    provider = iam._oidc_providers.get(first_text(parameters, "OpenIDConnectProviderArn"))  # noqa: SLF001 - no other way
    if provider is None:
        return _absent("The provider cannot be found.")
    removed = {first_text(parameters, key) for key in parameters if key.startswith("TagKeys.")}
    provider["Tags"] = [tag for tag in _tags(provider) if tag["Key"] not in removed]
    return _done("UntagOpenIDConnectProvider")


def _lists_nothing(action: str, what: str) -> Callable[[_Parameters], _Answer]:
    def answer(_parameters: _Parameters) -> _Answer:
        inner = f"<{what}/>" + "<IsTruncated>false</IsTruncated>"
        return iam._xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>", ns="iam")  # noqa: SLF001 - as all answers of IAM

    return answer


def _done(action: str) -> _Answer:
    return iam._xml(200, f"{action}Response", "", ns="iam")  # noqa: SLF001 - as all answers of IAM


def _absent(text: str) -> _Answer:
    return iam._error(404, "NoSuchEntity", text, ns="iam")  # noqa: SLF001 - as all answers of IAM


_CALLS: dict[str, Callable[[_Parameters], _Answer]] = {
    "ListSSHPublicKeys": _lists_nothing("ListSSHPublicKeys", "SSHPublicKeys"),
    "ListServiceSpecificCredentials": _lists_nothing("ListServiceSpecificCredentials", "ServiceSpecificCredentials"),
    "ListSigningCertificates": _lists_nothing("ListSigningCertificates", "Certificates"),
    "TagOpenIDConnectProvider": _tag_provider,
    "UntagOpenIDConnectProvider": _untag_provider,
    "UpdateUser": _update_user,
}
