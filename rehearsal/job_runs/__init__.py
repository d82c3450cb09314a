"""Jobs that a real runner takes: where `gitlab-runner` and an engine for containers are on the machine."""
