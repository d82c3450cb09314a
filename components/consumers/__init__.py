"""Who pulls and pushes. Imports `contract`, `docker`, `iam`, `names` and `variables`; Pulumi in components."""
