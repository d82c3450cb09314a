"""Every family of messages, in the order in which they decide."""

from typing import Final

from .aws import AWS
from .daemon import DAEMON
from .denials import DENIALS
from .family import Family
from .fleet import FLEET
from .formats import FORMATS
from .helpers import HELPERS
from .logins import LOGINS
from .network import NETWORK
from .pushes import PUSHES
from .registry import REGISTRY
from .runner import RUNNER
from .sandbox import SANDBOX
from .secrets import SECRETS

FAMILIES: Final[tuple[Family, ...]] = (
    *RUNNER,
    *SECRETS,
    *HELPERS,
    *AWS,
    *DENIALS,
    *PUSHES,
    *FORMATS,
    *REGISTRY,
    *SANDBOX,
    *FLEET,
    *DAEMON,
    *NETWORK,
    *LOGINS,
)
"""In order of precedence: what breaks a login comes before the registry's answer to that login."""
