"""The settings that a provider process refuses."""


class NotARehearsalError(Exception):
    """An address is not on this machine: this provider must never meet a real account."""


class ConfigurationError(Exception):
    """The real provider would refuse this configuration; the message is the provider's."""


def is_loopback(host: str | None) -> bool:
    """Whether a host of a URL is this machine."""
    return host in ("127.0.0.1", "localhost")
