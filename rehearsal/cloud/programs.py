"""Images with a program: a static shell and its commands, and a file that identifies the image."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_SHELL = "bin/busybox"


def shell_layer(busybox: Path, commands: Sequence[str]) -> bytes:
    """A tar with busybox, and its commands as links to it."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for folder, mode in (("bin", 0o755), ("usr", 0o755), ("usr/bin", 0o755), ("etc", 0o755), ("tmp", 0o1777)):
            _add(archive, folder, kind=tarfile.DIRTYPE, mode=mode)
        _add(archive, _SHELL, busybox.read_bytes(), mode=0o755)
        for command in commands:  # among them the program itself
            if f"bin/{command}" != _SHELL:
                _add(archive, f"bin/{command}", kind=tarfile.SYMTYPE, link="busybox")
        _add(archive, "usr/bin/env", kind=tarfile.SYMTYPE, link="/bin/busybox")
        _add(archive, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    return target.getvalue()


def files_layer(files: Mapping[str, bytes], mode: int = 0o644) -> bytes:
    """A tar with these files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            _add(archive, name, content, mode=mode)
    return target.getvalue()


def _add(
    archive: tarfile.TarFile,
    name: str,
    content: bytes = b"",
    *,
    kind: bytes = tarfile.REGTYPE,
    mode: int = 0o644,
    link: str = "",
) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.linkname, member.size = kind, mode, link, len(content)
    archive.addfile(member, io.BytesIO(content))
