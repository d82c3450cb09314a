"""The content of the registries: repositories with manifests, tags and blobs, in memory."""

import threading
import uuid
from dataclasses import dataclass, field
from typing import Protocol

from .images import Image, digest_of
from .registry_http import Answer, Request, digest_asked, error


class Store(Protocol):
    """Where the front's images are stored: here, or in a registry behind it.

    Attributes:
        name: as reports call it.
    """

    name: str

    def perform(self, host: str, repository: str, action: str, reference: str, request: Request) -> Answer:
        """The answer to a request that was allowed; `action` is one of ECR's."""
        ...

    def seed(self, host: str, repository: str, tag: str, image: Image) -> str:
        """Store an image without checking rights; returns its digest."""
        ...


@dataclass
class Repository:
    """The content of one repository."""

    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict[str, tuple[str, bytes]])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    uploads: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def manifest(self, reference: str) -> tuple[str, str, bytes] | None:
        """Digest, media type and bytes of the manifest with this tag or digest."""
        digest = self.tags.get(reference, reference)
        found = self.manifests.get(digest)
        return (digest, *found) if found else None

    def put_manifest(self, reference: str, media_type: str, content: bytes) -> str:
        """Keep a manifest under its digest, and under `reference` if that is a tag; returns the digest."""
        digest = digest_of(content)
        self.manifests[digest] = (media_type, content)
        if not reference.startswith("sha256:"):
            self.tags[reference] = digest
        return digest

    def begin_upload(self) -> str:
        """A new upload's id."""
        upload = str(uuid.uuid4())
        self.uploads[upload] = b""
        return upload

    def append(self, upload: str, part: bytes) -> int:
        """Add to an upload; returns how many bytes it has now."""
        self.uploads[upload] += part
        return len(self.uploads[upload])

    def finish_upload(self, upload: str, digest: str) -> bool:
        """Keep an upload as a blob; False when its content is not what the digest says."""
        content = self.uploads.pop(upload)
        if digest_of(content) != digest:
            return False
        self.blobs[digest] = content
        return True


class OwnStore:
    """The repositories of all hosts, for machines without a registry. A manifest may come before its blobs."""

    name = "the rehearsal's own store"

    def __init__(self) -> None:
        self._repositories: dict[tuple[str, str], Repository] = {}
        self._lock = threading.Lock()

    def seed(self, host: str, repository: str, tag: str, image: Image) -> str:
        """As `Store`."""
        content = self._content(host, repository)
        content.blobs.update(image.blobs)
        return content.put_manifest(tag, image.media_type, image.manifest)

    def perform(  # noqa: PLR0911 - one return for each action
        self, host: str, repository: str, action: str, reference: str, request: Request
    ) -> Answer:
        """As `Store`."""
        content = self._content(host, repository)
        if action == "BatchGetImage":
            found = content.manifest(reference)
            if found is None:
                return error(404, "MANIFEST_UNKNOWN", "Requested image not found")
            digest, media_type, body = found
            return Answer(200, body, {"Content-Type": media_type, "Docker-Content-Digest": digest})
        if action in ("GetDownloadUrlForLayer", "BatchCheckLayerAvailability"):
            blob = content.blobs.get(reference)
            if blob is None:
                return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
            return Answer(200, blob, {"Content-Type": "application/octet-stream", "Docker-Content-Digest": reference})
        if action == "ListImages":
            return Answer.json(200, {"name": repository, "tags": sorted(content.tags)})
        if action == "PutImage":
            digest = content.put_manifest(reference, request.headers.get("Content-Type", ""), request.body)
            location = f"/v2/{repository}/manifests/{digest}"
            return Answer(201, b"", {"Location": location, "Docker-Content-Digest": digest})
        return _upload(action, request, content, f"/v2/{repository}/blobs", reference)

    def _content(self, host: str, name: str) -> Repository:
        with self._lock:
            return self._repositories.setdefault((host, name), Repository())


def _upload(action: str, request: Request, content: Repository, blobs: str, upload: str) -> Answer:
    if action == "InitiateLayerUpload":
        upload = content.begin_upload()
    elif upload not in content.uploads:
        return error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown to registry")
    size = content.append(upload, request.body)
    if action == "CompleteLayerUpload":
        digest = digest_asked(request)
        if not content.finish_upload(upload, digest):
            return error(400, "DIGEST_INVALID", f"the upload is not {digest}")
        return Answer(201, b"", {"Location": f"{blobs}/{digest}", "Docker-Content-Digest": digest})
    headers = {"Location": f"{blobs}/uploads/{upload}", "Docker-Upload-UUID": upload, "Range": f"0-{max(size - 1, 0)}"}
    return Answer(202, b"", headers)
