"""ECR repositories and registry-wide settings.

Imports `arguments`, `iam` and `names`.
"""
