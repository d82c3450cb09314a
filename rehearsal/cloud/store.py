"""What lies in the registries: repositories of manifests, tags and blobs, in memory."""

import threading
import uuid
from dataclasses import dataclass, field

from .images import Image, digest_of


@dataclass
class Repository:
    """The content of one repository."""

    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)

    def manifest(self, reference: str) -> tuple[str, str, bytes] | None:
        """Digest, media type and bytes of the manifest with this tag or digest."""
        digest = self.tags.get(reference, reference)
        found = self.manifests.get(digest)
        return (digest, *found) if found else None

    def put_manifest(self, reference: str, media_type: str, content: bytes) -> str:
        """Keep a manifest under its digest, and under `reference` if that is a tag; answers the digest."""
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
        """Add to an upload; answers how much there is."""
        self.uploads[upload] += part
        return len(self.uploads[upload])

    def finish_upload(self, upload: str, digest: str) -> bool:
        """Keep an upload as a blob; False when its content is not what the digest says."""
        content = self.uploads.pop(upload)
        if digest_of(content) != digest:
            return False
        self.blobs[digest] = content
        return True


class Store:
    """The repositories of all hosts. ECR knows which exist; here lies only what was put into them."""

    def __init__(self) -> None:
        self._repositories: dict[tuple[str, str], Repository] = {}
        self._lock = threading.Lock()

    def repository(self, host: str, name: str) -> Repository:
        """The content of a repository, empty at first."""
        with self._lock:
            return self._repositories.setdefault((host, name), Repository())

    def seed(self, host: str, name: str, tag: str, image: Image) -> str:
        """Put an image in without asking anybody; answers its digest."""
        repository = self.repository(host, name)
        repository.blobs.update(image.blobs)
        return repository.put_manifest(tag, image.media_type, image.manifest)
