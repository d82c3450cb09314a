"""Container images small enough to make up: a config, its layers, and a manifest with their true digests."""

import gzip
import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

MANIFEST_TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
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
    """An image with one layer for each content, each with a file of one line."""
    return image_of([_tar(f"layer-{index}.txt", f"{content}\n".encode()) for index, content in enumerate(contents)])


def image_of(tars: Sequence[bytes]) -> Image:
    """An image of these layers, the lowest first."""
    layers = [_compressed(tar) for tar in tars]
    config = _config(tars)
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _descriptor(_CONFIG_TYPE, config),
            "layers": [_descriptor(_LAYER_TYPE, layer) for layer in layers],
        }
    )
    return Image(manifest, {digest_of(blob): blob for blob in (config, *layers)})


@lru_cache(maxsize=8)  # one of them may be a program, in many images
def _compressed(tar: bytes) -> bytes:
    return gzip.compress(tar, mtime=0)


def archive_of(tars: Sequence[bytes], name: str) -> bytes:
    """The same image as `docker save` writes it, under a name with a tag."""
    return loadable(_config(tars), tars, name)


def loadable(config: bytes, layers: Sequence[bytes], name: str) -> bytes:
    """An archive that `docker load` takes: the layers are tars, compressed or not."""
    files = {f"{digest_of(config).removeprefix('sha256:')}.json": config}
    parts = {f"{digest_of(layer).removeprefix('sha256:')}.tar": layer for layer in layers}
    manifest = [{"Config": next(iter(files)), "RepoTags": [name], "Layers": list(parts)}]
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for path, content in {**files, **parts, "manifest.json": json.dumps(manifest).encode()}.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _config(tars: Sequence[bytes]) -> bytes:
    return _json(
        {
            "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "config": {"Cmd": ["/bin/true"], "Env": ["PATH=/usr/bin:/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(tar) for tar in tars]},
        }
    )


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
