"""From Pulumi resources to API calls: one small function per type, behind `create` and `invoke`.

Whole sub-objects are handed through, so that a misspelled key is refused by the API's own model.
"""

from .adapter import Adapter, AdapterError

__all__ = ["Adapter", "AdapterError"]
