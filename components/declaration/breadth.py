"""Warns how many people a variable of the whole instance reaches."""

from collections.abc import Mapping

from ..consumers.args import ConsumerArgs
from ..consumers.checks import access_of
from ..consumers.instance import is_instance
from ..names.access import Access
from ..names.locations import Mistakes


def find_breadth(consumers: Mapping[str, ConsumerArgs], gitlab_url: str) -> Mistakes:
    """Warnings about a consumer that is the whole instance."""
    found = Mistakes()
    for path, consumer in consumers.items():
        if is_instance(consumer):
            token = (
                "; the rotator's GitLab token has to be an administrator's, which can do everything there"
                if access_of(consumer) is Access.ROTATED_VARIABLE
                else ""
            )
            found.warn(
                *("consumers", path),
                text=f"its variable reaches every job of {gitlab_url}: those of every user, in every project, fork and "
                f"personal project, now and in the future. All of them {_may(consumer)}{token}. Groups as "
                "consumers reach fewer",
            )
    return found


def _may(consumer: ConsumerArgs) -> str:
    match access_of(consumer):
        case Access.STATIC:
            return f"can read the logins of {', '.join(consumer.get('auths', {}))}"
        case Access.ROTATED_VARIABLE:
            return f"can pull {', '.join([*consumer.get('pull', []), *consumer.get('caches', [])])}"
        case _:
            return "use the helper of their runner"
