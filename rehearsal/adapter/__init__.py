"""From Pulumi resources to API calls: a few small functions per type, behind one table.

Whole sub-objects are handed through, so that a misspelled key is refused by the API's own model.
"""

from .adapter import Adapter, AdapterError
from .clients import Clients
from .kind import Kind

__all__ = ["Adapter", "AdapterError", "Clients", "Kind"]
