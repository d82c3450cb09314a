"""A Pulumi preview in words.

Imports `docker`, `iam` and `names`.
"""
