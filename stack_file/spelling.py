"""How a stack file spells arguments: in camelCase, below `gitlab-ecr:`. Names that the user chose stay as they are."""

from typing import Any, Final

from components.arguments.camel_case import Written, camel_path, in_camel_case
from components.names.spelling import Path, Spelling, camel, dotted

from .text import PROJECT

_ELSEWHERE: Final = {"region": "aws:region", "stack": "the file's name"}


def file_path(path: Path, root: Any) -> Path:
    """The keys of the file that lead to an argument of `root`, the arguments that the file declares."""
    if not path:
        return ()
    first = str(path[0])
    own = f"{PROJECT}:{first}" if isinstance(path[0], Written) else _ELSEWHERE.get(first, f"{PROJECT}:{camel(first)}")
    return (own, *camel_path(path, root)[1:])


def of_file(root: Any) -> Spelling:
    """The spelling of a program whose arguments come from a stack file."""
    return Spelling(path=lambda path: dotted(file_path(path, root)), key=in_camel_case(root).key)
