"""Merge requests, as far as their notes."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .users import User

_ids = itertools.count(9001)


@dataclass
class Note:
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    id: int = field(default_factory=lambda: next(_ids))

    def document(self, merge_request: "MergeRequest") -> dict[str, Any]:
        return {
            "id": self.id,
            "type": None,
            "body": self.body,
            "author": self.author.brief(),
            "created_at": self.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "updated_at": self.updated_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "system": False,
            "noteable_type": "MergeRequest",
            "noteable_iid": merge_request.iid,
            "resolvable": False,
            "internal": False,
        }


@dataclass
class MergeRequest:
    iid: int
    notes: list[Note] = field(default_factory=list[Note])
