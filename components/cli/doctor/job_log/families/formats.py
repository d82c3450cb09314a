"""The image is in a format that the machine's Docker or containerd does not read.

Source: moby `distribution/pull_v2.go`, containerd 2.1, and the reports that the tests name.
"""

from typing import Final

from ...causes.cause import Cause
from .family import family

FORMATS: Final = (
    family(
        Cause.IMAGE_FORMAT,
        "schema 1 support|manifest.v1+",
        r"schema 1 support (?:is|has been) (?:disabled|removed|deprecated)"
        r"|manifest\.v1\+(?:prettyjws|json)\W{0,3} is (?:no longer supported|not supported)",
        "{image} is stored as Docker schema 1, which current Docker and containerd do not read",
        example='not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer '
        "supported since containerd v2.1",
        unless=r"^\W{0,5}(?:WARNING|DEPRECAT)\S{0,10}: ",
        fix="push the image again with a current builder: `docker buildx build`, or `skopeo copy --format v2s2`",
    ),
    family(
        Cause.IMAGE_FORMAT,
        "tar+zstd|invalid tar header|zstd",
        r"(?:unsupported|unknown|not supported).{0,80}tar\+zstd|tar\+zstd.{0,80}(?:unsupported|not supported)"
        r"|failed to register layer: .{0,120}archive/tar: invalid tar header|invalid magic number in header: zstd",
        "the layers of {image} cannot be unpacked: they are probably compressed with zstd, and Docker there is older "
        "than 23.0",
        example="failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header",
        fix="update Docker on the machine that pulls to 23.0 or later, or build the image with compression=gzip and "
        "force-compression=true",
    ),
    family(
        Cause.IMAGE_FORMAT,
        "mediatype in manifest should be|unsupported media type application/vnd",
        r"mediaType in manifest should be|unsupported media type application/vnd\.(?:oci|docker)",
        "the machine that pulls does not know the kind of manifest or layer that {image} has",
        example="mediaType in manifest should be 'application/vnd.docker.distribution.manifest.v2+json' not "
        "'application/vnd.oci.image.manifest.v1+json'",
    ),
)
