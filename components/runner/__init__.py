"""GitLab runners: registration, config.toml, machine. Imports `docker`, `iam` and `names`; Pulumi in components."""
