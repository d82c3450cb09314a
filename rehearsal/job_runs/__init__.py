"""Runs jobs with a real runner, if `gitlab-runner` and a container engine are installed."""
