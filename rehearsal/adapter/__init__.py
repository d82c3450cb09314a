"""From Pulumi resources to API calls: a few small functions per type, behind one table.

Whole sub-objects are handed through, so that a misspelled key is refused by the API's own model.
"""

from .adapter import Adapter
from .clients import Clients
from .kind import AdapterError, Kind

__all__ = ["Adapter", "AdapterError", "Clients", "Kind"]
