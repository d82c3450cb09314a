"""GitLab runners: registration, config.toml, machine.

Imports `arguments`, `contract`, `docker`, `iam` and `names`.
"""
