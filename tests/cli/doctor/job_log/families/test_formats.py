"""Images, disks, platforms, limits and proxies: what stops a pull whose login is right."""

from pathlib import Path

import pytest
from job_logs import HOST, answer, pull, script

_TAR = "failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header"


@pytest.mark.parametrize(
    ("message", "right"),
    [
        (
            (
                "[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is "
                "disabled by default and will be removed in an upcoming release."
            ),
            "image-format: ",
        ),
        (
            (
                'not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer '
                "supported since containerd v2.1"
            ),
            "image-format: ",
        ),
        (f"Error response from daemon: {_TAR}", "image-format: the layers of"),
        ("failed to register layer: archive/tar: invalid tar header", "image-format: the layers of"),
        (
            "Error response from daemon: unsupported media type application/vnd.oci.image.layer.v1.tar+zstd",
            "image-format: the layers of",
        ),
        (
            (
                "mediaType in manifest should be 'application/vnd.docker.distribution.manifest.v2+json' not "
                "'application/vnd.oci.image.manifest.v1+json'"
            ),
            "image-format: ",
        ),
        (
            (
                "image with reference x was found but does not match the specified platform: wanted linux/amd64, "
                "actual: linux/arm64"
            ),
            "platform: ",
        ),
        ("a Windows version 10.0.20348-based image is incompatible with a 10.0.17763 host", "platform: "),
        ("write /var/lib/docker/tmp/GetImageBlob1: disk quota exceeded", "disk-full: "),
        ("toomanyrequests: Too Many Requests (HAP429).", "rate-limit: "),
        ("toomanyrequests: Too Many Requests", "throttled: "),
        (f'Get "https://{HOST}/v2/": Proxy Authentication Required', "unreachable: the proxy"),
        (f'Get "https://{HOST}/v2/": Forbidden', "unreachable: the proxy"),
        # A layer that cannot be unpacked for another reason is the pull's failure, not the script's.
        (
            "failed to register layer: ApplyLayer exit status 1 stdout:  stderr: lchown /x: operation not permitted",
            "no known cause: pulling the job's image",
        ),
        ("filesystem layer verification failed for digest sha256:0123", "no known cause: pulling the job's image"),
        ("max depth exceeded", "no known cause: pulling the job's image"),
    ],
)
def test_a_pull_that_fails_with_a_good_login_has_its_own_cause(
    message: str, right: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(pull(message), tmp_path, capsys).startswith(right)


def test_a_full_disk_of_a_job_that_pulls_nothing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = answer(script("npm ci", "npm ERR! nospc ENOSPC: no space left on device, write"), tmp_path, capsys)
    assert words.startswith("disk-full: the disk of the machine that runs the job is full")


def test_a_proxy_of_another_host_is_not_blamed_on_a_registry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = answer(script("go get x", 'Get "https://modules.example.com/x/@v/list": Forbidden'), tmp_path, capsys)
    assert words.startswith("no known cause: ")


@pytest.mark.parametrize(("host", "renewed"), [("gcr.io", "keeps this one as it is"), (HOST, "gitlab-ecr rotate")])
def test_a_refused_login_of_another_registry_is_not_renewed_by_a_rotation(
    host: str, renewed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = answer(pull("Error response from daemon: unauthorized: no permission", f"{host}/p/i:x1"), tmp_path, capsys)
    assert said.startswith("refused-token: ")
    assert renewed in said
