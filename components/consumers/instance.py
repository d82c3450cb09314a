"""Checks on a variable of the whole instance, which every project gets."""

from typing import Final

from ..names.access import Access
from ..names.choices import choice
from ..names.gitlab_release import GITLAB_COM
from ..names.locations import Mistakes
from ..variables.targets import OwnerKind
from .args import ConsumerArgs

_NOT_THERE: Final = {
    "id": "the instance has no id",
    "environment_scopes": "variables of the instance have no environment scope: all jobs get them",
    "hidden": "GitLab cannot hide variables of the instance: every administrator reads them",
}


def is_instance(consumer: ConsumerArgs) -> bool:
    """Whether the consumer is the whole instance; false for an invalid kind."""
    return consumer.get("kind") == OwnerKind.INSTANCE


def check_instance(consumer: ConsumerArgs, gitlab_url: str) -> None:
    """Refuses options that a variable of the whole instance cannot or should not have.

    Raises:
        MistakesError: the consumer has such an option.
    """
    mistakes = Mistakes()
    if gitlab_url == GITLAB_COM:
        text = f"got instance; only its administrators write variables of {GITLAB_COM}: declare your groups instead"
        mistakes.add("kind", text=text)
    for key, reason in _NOT_THERE.items():
        if consumer.get(key) not in (None, False, ["*"]):
            mistakes.add(key, text=f"{reason}; leave it out")
    if choice(Access, consumer.get("access", Access.ROTATED_VARIABLE), "access") is Access.ACCESS_KEYS:
        text = "got access-keys; every job of the instance would see keys that do not expire: declare access-keys"
        mistakes.add("access", text=f"{text} only for the projects that need them, or leave `access` out")
    mistakes.refuse()
