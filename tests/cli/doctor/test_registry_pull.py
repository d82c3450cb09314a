"""Tries a pull at a registry with hostile manifests."""

import json
from typing import Any

import pytest

from components.cli.doctor.registry_pull import RegistryPull
from components.rotation.http import Response

_A, _B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
_BASE = "https://registry.example.com/v2/ci/node"


class _Registry:
    """Answers each URL with a document, and keeps what was asked."""

    def __init__(self, documents: dict[str, Any], anything: Any = None) -> None:
        self.asked: list[str] = []
        self._documents, self._anything = documents, anything

    def request(self, method: str, url: str, headers: object, body: bytes | None = None) -> Response:  # noqa: ARG002 - as Http has it
        self.asked.append(url.removeprefix(_BASE))
        return Response(200, {}, json.dumps(self._documents.get(self.asked[-1], self._anything)).encode())


def _asked(registry: _Registry) -> list[str]:
    assert RegistryPull(registry)("registry.example.com", "ci/node", "1", None).status == 200
    return registry.asked


def test_an_images_first_platform_and_its_configuration_are_asked_for() -> None:
    documents = {
        "/manifests/1": {"manifests": [{"digest": _A}, {"digest": _B}]},
        f"/manifests/{_A}": {"config": {"digest": _B}},
    }
    assert _asked(_Registry(documents)) == ["/manifests/1", f"/manifests/{_A}", f"/blobs/{_B}"]


def test_an_index_of_itself_ends() -> None:
    assert _asked(_Registry({}, {"manifests": [{"digest": _A}]})) == ["/manifests/1", f"/manifests/{_A}"]


@pytest.mark.parametrize(
    "digest",
    [
        "../../../../api",
        "sha256:",
        f"{_A}?x",
        f"{_A}/../x",
        f"{_A}\n",
        "sha256:" + "A" * 64,
        7,
        None,
        [_A],
        {"digest": _A},
    ],
    ids=repr,
)
@pytest.mark.parametrize("key", ["manifests", "config"])
def test_an_invalid_digest_is_not_requested(key: str, digest: Any) -> None:
    each = {"digest": digest}
    assert _asked(_Registry({"/manifests/1": {key: [each] if key == "manifests" else each}})) == ["/manifests/1"]


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], [7], [[]], True, {"digest": {}}], ids=repr)
@pytest.mark.parametrize("key", ["manifests", "config"])
def test_a_manifest_of_any_form_is_the_registrys_answer(key: str, value: Any) -> None:
    assert _asked(_Registry({"/manifests/1": {key: value}})) == ["/manifests/1"]
