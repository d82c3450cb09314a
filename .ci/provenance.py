"""Prints how this job builds a release: a SLSA provenance predicate, version 1, from GitLab's predefined variables.

`sigstore attest` signs it together with the digest of each file. Source: https://slsa.dev/spec/v1.0/provenance
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any


def predicate(environment: Mapping[str, str]) -> dict[str, Any]:
    """The predicate.

    Raises:
        ValueError: this is not a GitLab job for a tag.
    """
    wanted = (
        "CI_PROJECT_URL",
        "CI_COMMIT_TAG",
        "CI_COMMIT_SHA",
        "CI_JOB_NAME",
        "CI_JOB_URL",
        "CI_RUNNER_ID",
        "CI_SERVER_URL",
    )
    missing = [name for name in wanted if not environment.get(name)]
    if missing:
        raise ValueError(f"{', '.join(missing)}: not set; run this in a GitLab job for a tag")
    project, tag = environment["CI_PROJECT_URL"], environment["CI_COMMIT_TAG"]
    return {
        "buildDefinition": {
            "buildType": f"{project}/-/blob/{tag}/.gitlab-ci.yml",
            "externalParameters": {"source": project, "tag": tag, "job": environment["CI_JOB_NAME"]},
            "internalParameters": {},
            "resolvedDependencies": [
                {"uri": f"git+{project}@refs/tags/{tag}", "digest": {"gitCommit": environment["CI_COMMIT_SHA"]}}
            ],
        },
        "runDetails": {
            "builder": {"id": f"{environment['CI_SERVER_URL']}/-/runners/{environment['CI_RUNNER_ID']}"},
            "metadata": {"invocationId": environment["CI_JOB_URL"]},
        },
    }


if __name__ == "__main__":
    try:
        print(json.dumps(predicate(os.environ), indent=2))
    except ValueError as error:
        sys.exit(f"provenance.py: {error}")
