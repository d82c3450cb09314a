"""Container images small enough to make up: a config, its layers, and a manifest with their true digests."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MANIFEST_TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
_CONFIG_TYPE: Final = "application/vnd.oci.image.config.v1+json"
_LAYER_TYPE: Final = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(content: bytes) -> str:
    """The digest by which a registry names this content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True)
class Image:
    """A manifest, and the blobs it names."""

    manifest: bytes
    blobs: Mapping[str, bytes] = field(repr=False)
    media_type: str = MANIFEST_TYPE

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return digest_of(self.manifest)


def tiny_image(*contents: str) -> Image:
    """An image with one layer for each content, which lies in it as a file of one line."""
    tars = [_tar(f"layer-{index}.txt", f"{content}\n".encode()) for index, content in enumerate(contents)]
    layers = [gzip.compress(tar, mtime=0) for tar in tars]
    config = _json(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["/bin/true"]},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(tar) for tar in tars]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _descriptor(_CONFIG_TYPE, config),
            "layers": [_descriptor(_LAYER_TYPE, layer) for layer in layers],
        }
    )
    return Image(manifest, {digest_of(blob): blob for blob in (config, *layers)})


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _tar(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
