"""What runs the rotation and monitors it. Imports `contract`, `docker`, `iam` and `names`; Pulumi in components."""
