"""GitLab runners: registration, config.toml, machine.

Imports `contract`, `docker`, `iam` and `names`; Pulumi in components.
"""
