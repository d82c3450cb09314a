"""What runs the rotation, and watches it. Imports `contract`, `docker`, `iam` and `names`; Pulumi in components."""
