"""Renewal of the rotator's own GitLab token."""
