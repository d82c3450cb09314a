"""Who renews the rotator's GitLab token, and where Secrets Manager cannot."""

from ..consumers.args import GitLabArgs
from ..consumers.gitlab_checks import gitlab_url
from ..contract.token_renewal import TokenRenewal, out_of_reach
from ..names.choices import choice
from ..names.locations import Mistakes
from .args import RotationArgs, RotationPartsArgs


def renewal_of(rotation: RotationArgs | RotationPartsArgs) -> TokenRenewal:
    """Who renews the rotator's GitLab token; the stack itself by default.

    Raises:
        ValueError: it is not one of them.
    """
    return choice(TokenRenewal, rotation.get("token_renewal", TokenRenewal.OWN), "token_renewal")


def find_in_renewal(rotation: RotationArgs | RotationPartsArgs, gitlab: GitLabArgs) -> Mistakes:
    """Refuses a renewal by Secrets Manager of a GitLab that AWS cannot reach, or with settings for the own one."""
    found, renewal = Mistakes(), TokenRenewal.OWN
    with found.at():
        renewal = renewal_of(rotation)
    if renewal is TokenRenewal.OWN:
        return found
    if why := out_of_reach(gitlab_url(gitlab), gitlab.get("ca_bundle")):
        _refuse(found, why)
    if "vpc" in rotation:
        _refuse(found, "`vpc` is for an instance that is not reachable from the internet")
    if "adopt_token_secret" in rotation:
        found.add(
            "adopt_token_secret",
            text="belongs to `token_renewal`: own; with managed, the secret always exists before `up`: leave it out",
        )
    return found


def _refuse(found: Mistakes, why: str) -> None:
    text = f"got managed, but then AWS itself calls GitLab, over the internet, and {why}; write own, or leave it out"
    found.add("token_renewal", text=text)
