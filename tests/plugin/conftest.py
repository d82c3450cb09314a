"""The plugin's process, which serves all tests of this folder."""

from collections.abc import Iterator

import plugin_process
import pytest
from every_component import ACCOUNT, REGION
from plugin_process import Plugin, output


@pytest.fixture(scope="session")
def plugin() -> Iterator[Plugin]:
    with plugin_process.started() as started:
        started.engine.answers |= {
            "gitlab:index/userRunner:UserRunner": {"id": "9171", "token": output("glrt-fake-0000", secret=True)},
            "aws:kms/key:Key": {"arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/fake", "keyId": "fake"},
        }
        yield started
