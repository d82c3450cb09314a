"""The addresses in a release's metadata: those of the GitLab project whose CI builds it, and none elsewhere."""

import os
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ProjectUrls(MetadataHookInterface):
    """Fills `urls`, which `pyproject.toml` leaves open because nobody publishes this project under a fixed address."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Adds the addresses."""
        project = os.environ.get("CI_PROJECT_URL", "")
        tag = os.environ.get("CI_COMMIT_TAG", "")
        metadata["urls"] = {}
        if project and tag:
            metadata["urls"] = {
                "Source": f"{project}/-/tree/{tag}",
                "Changelog": f"{project}/-/blob/{tag}/CHANGELOG.md",
                "Documentation": f"{project}/-/tree/{tag}/docs",
                "Releases": f"{project}/-/releases",
            }
