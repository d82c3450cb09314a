"""The exclusion filters for mutable tags, which ministack 1.5.33 accepts, but neither returns nor applies.

Source: "Amazon ECR API Reference", ImageTagMutabilityExclusionFilter; an excluded tag of an immutable repository
moves, an excluded one of a mutable repository stays.
"""

import inspect
import re
from typing import Any, Final

from ministack.core.responses import error_response_json
from ministack.services import ecr

_FILTERS: Final = "imageTagMutabilityExclusionFilters"
_MUTABILITY: Final = "imageTagMutability"
_IMMUTABLE, _MUTABLE = "IMMUTABLE", "MUTABLE"
_WITH: Final = "_WITH_EXCLUSION"
_FILTER: Final = re.compile(r"[0-9A-Za-z._*-]{1,128}")
_MOST_FILTERS, _MOST_STARS = 5, 2


def obey_exclusion_filters() -> None:
    """Makes ECR in this process store, return and apply them.

    Raises:
        RuntimeError: ministack knows them by now: take this out.
    """
    service: Any = ecr
    if _FILTERS in inspect.getsource(service):
        raise RuntimeError(f"ministack knows {_FILTERS} now: take rehearsal/cloud/mutable_tags.py out")
    create, put_mutability, put_image, shape = (
        service._create_repository,  # noqa: SLF001 - ECR has no public seam
        service._put_image_tag_mutability,  # noqa: SLF001 - the same
        service._put_image,  # noqa: SLF001 - the same
        service._repo_shape,  # noqa: SLF001 - the same
    )

    def kept(call: Any) -> Any:
        def answer(data: dict[str, Any]) -> Any:
            if problem := _problem(data):
                return error_response_json("InvalidParameterException", problem, 400)
            done = call(data)
            repository = service._repositories.get(data.get("repositoryName", ""))  # noqa: SLF001 - the same
            if repository is not None and done[0] == 200:  # noqa: PLR2004 - OK
                repository[_FILTERS] = data.get(_FILTERS, [])
            return done

        return answer

    def shape_with_filters(repository: dict[str, Any]) -> dict[str, Any]:
        filters = repository.get(_FILTERS)
        return shape(repository) | ({_FILTERS: filters} if filters else {})

    def put(data: dict[str, Any]) -> Any:
        """While it puts this one tag, the repository has the mutability that the filters give the tag."""
        repository = service._repositories.get(data.get("repositoryName", ""))  # noqa: SLF001 - the same
        declared = str(repository[_MUTABILITY]) if repository else ""
        if repository is None or not declared.endswith(_WITH):
            return put_image(data)
        repository[_MUTABILITY] = _for_tag(declared, repository.get(_FILTERS, []), data.get("imageTag") or "")
        try:
            return put_image(data)
        finally:
            repository[_MUTABILITY] = declared

    service._create_repository = kept(create)  # noqa: SLF001 - the same
    service._put_image_tag_mutability = kept(put_mutability)  # noqa: SLF001 - the same
    service._put_image = put  # noqa: SLF001 - the same
    service._repo_shape = shape_with_filters  # noqa: SLF001 - the same


def _for_tag(declared: str, filters: list[dict[str, str]], tag: str) -> str:
    excluded = any(_matches(each["filter"], tag) for each in filters)
    return _MUTABLE if excluded is declared.startswith(_IMMUTABLE) else _IMMUTABLE


def _matches(pattern: str, tag: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), tag) is not None


def _problem(data: dict[str, Any]) -> str:
    filters: list[dict[str, str]] = data.get(_FILTERS) or []
    if bool(filters) is not data.get(_MUTABILITY, "").endswith(_WITH):
        return f"Invalid parameter at '{_FILTERS}': filters go with IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION"
    if len(filters) > _MOST_FILTERS:
        return f"Invalid parameter at '{_FILTERS}': at most {_MOST_FILTERS} filters"
    wrong = [
        each["filter"]
        for each in filters
        if each.get("filterType") != "WILDCARD"
        or not _FILTER.fullmatch(each["filter"])
        or each["filter"].count("*") > _MOST_STARS
    ]
    return f"Invalid parameter at '{_FILTERS}': {', '.join(wrong)}" if wrong else ""
