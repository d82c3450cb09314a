"""A small, faithful GitLab: what its REST API v4 answers, on loopback, for tests and the rehearsal."""

from .emulator import GitLab
from .faults import Fault
from .job_control import JobSeen
from .jobs import JobRequest
from .server import Event

__all__ = ["Event", "Fault", "GitLab", "JobRequest", "JobSeen"]
