"""Every cause with its explanation, in the order of `docs/doctor.md`."""

from collections.abc import Mapping
from typing import Final

from .cause import Cause
from .explanation import Explanation
from .of_jobs import HELPERS, IDENTITIES, SCRIPTS
from .of_registries import CACHES, DENIALS, NETWORK, REGISTRY, RUNNER
from .of_secrets import SECRETS
from .of_variables import DOCUMENT, IMAGE, VARIABLE

SECTIONS: Final[Mapping[str, Mapping[Cause, Explanation]]] = {
    "The image reference": IMAGE,
    "Which variable the job sees": VARIABLE,
    "What is in it": DOCUMENT,
    "Credential helpers": HELPERS,
    "Logins in a script": SCRIPTS,
    "AWS identities": IDENTITIES,
    "Logins that the job fetches, by `secrets:`": SECRETS,
    "Denied": DENIALS,
    "The registry's answer": REGISTRY,
    "Pull-through caches": CACHES,
    "The network": NETWORK,
    "The runner": RUNNER,
}
"""Every cause, in the order of the page."""

_ALL: Final = {cause: each for section in SECTIONS.values() for cause, each in section.items()}


def fix_of(cause: Cause) -> str:
    """The fix for a cause when nothing more specific is known."""
    return _ALL[cause].fix
