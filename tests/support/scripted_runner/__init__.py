"""A program that behaves as `gitlab-runner` does between GitLab, a config.toml and Docker's API; for tests."""
