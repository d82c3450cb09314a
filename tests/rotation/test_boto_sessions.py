"""Sessions share what botocore reads from its files, and nothing else."""

from typing import Any

import boto3
import pytest
from botocore.loaders import Loader
from botocore.session import Session
from botocore_models import botocores_own

from components.rotation.boto_sessions import new_session


def test_a_second_session_reads_no_file_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    reader: Any = Loader.FILE_LOADER_CLASS
    load = reader.load_file

    def seen(self: object, file_path: str) -> object:
        read.append(file_path)
        return load(self, file_path)

    monkeypatch.setattr(Loader, "__init__", botocores_own)
    new_session("eu-central-1").client("sts")
    monkeypatch.setattr(reader, "load_file", seen)
    new_session("eu-west-1").client("sts")
    assert [path for path in read if path.endswith(("service-2", "endpoints", "partitions"))] == []
    # The same patch sees what boto3's own session reads.
    boto3.Session(region_name="eu-west-1").client("sts")
    assert [path for path in read if path.endswith(("service-2", "endpoints", "partitions"))] != []


def test_many_sessions_leave_the_shared_files_as_they_are() -> None:
    inner = Session()
    new_session("eu-central-1", inner)
    paths = list(inner.get_component("data_loader").search_paths)
    for _ in range(3):
        new_session("eu-central-1").client("sts")
    assert inner.get_component("data_loader").search_paths == paths


def test_each_session_has_its_own_region_and_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for name in ("first", "second"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"fake-{name}")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "fake")
        session = new_session(f"eu-{name}-1")
        keys.append((session.get_credentials().access_key, session.client("sts").meta.region_name))
    assert keys == [("fake-first", "eu-first-1"), ("fake-second", "eu-second-1")]
