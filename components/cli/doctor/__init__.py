"""Finds out why a pull or a push fails, from GitLab, the registry and job logs. It changes nothing."""
