"""What the Lambda's zip holds: the folders of the rotation and the plan, without Pulumi."""

import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = "gitlab_ecr"
HANDLER: Final = f"{PACKAGE}.rotation.handler.handle"
RENEWAL_HANDLER: Final = f"{PACKAGE}.rotation.renewal.handler.handle"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can store
_COMPONENTS: Final = Path(__file__).parents[1]
_FOLDERS: Final = ("contract", "docker", "rotation", "variables")


@cache  # each function and the digest ask for it
def code_files() -> dict[str, Path]:
    """The path in the zip of each source file, sorted."""
    files = sorted(file for folder in _FOLDERS for file in (_COMPONENTS / folder).rglob("*.py"))
    return {f"{PACKAGE}/{file.relative_to(_COMPONENTS).as_posix()}": file for file in files}


def texts(plan: str) -> dict[str, str]:
    """The generated files by their path in the zip: the plan, and the package file, which is one comment line."""
    # The engine fails on an empty StringAsset, and the real package file would import Pulumi (pulumi/pulumi#13878).
    return {f"{PACKAGE}/__init__.py": "# The rotator; see plan.json.\n", f"{PACKAGE}/plan.json": plan}


def zipped(plan: str) -> bytes:
    """The zip itself, for S3, where Pulumi makes none; equal contents give equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, content in _contents(plan):
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def digest(plan: str) -> str:
    """The SHA-256 of everything in the zip: equal digests mean equal behaviour."""
    sha = hashlib.sha256()
    for path, content in _contents(plan):
        sha.update(f"{path}\0{len(content)}\0".encode())
        sha.update(content)
    return sha.hexdigest()


def _contents(plan: str) -> list[tuple[str, bytes]]:
    contents = {path: file.read_bytes() for path, file in code_files().items()}
    contents |= {path: text.encode() for path, text in texts(plan).items()}
    return sorted(contents.items())
