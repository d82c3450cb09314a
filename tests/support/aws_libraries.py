"""What emulators of AWS and its functions import and read; `fork_server.py` imports this module before it forks."""

import importlib
from typing import Final

from boto3.session import Session
from botocore_models import read_once

_LIBRARIES: Final = (
    "asyncio",
    "cryptography.hazmat.primitives.serialization",
    "cryptography.x509",
    "defusedxml.ElementTree",
    "hypercorn.config",
    "hypercorn.protocol",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.httptools_impl",
    "xml.sax.saxutils",
    "yaml",
)
_SERVICES: Final = ("cloudwatch", "ecr", "iam", "lambda", "logs", "s3", "scheduler", "secretsmanager", "ssm", "sts")

read_once()
for _library in _LIBRARIES:
    importlib.import_module(_library)
for _service in _SERVICES:
    Session("nobody", "nothing", region_name="eu-central-1").client(_service).close()
