"""A small, faithful GitLab: what its REST API v4 answers, on loopback, for tests and the rehearsal.

Imports nothing else of the rehearsal.
"""
