"""ECR repositories and registry-wide settings. Imports `iam` and `names`; Pulumi in components."""
