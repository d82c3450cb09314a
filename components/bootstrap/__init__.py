"""What an administrator sets up once. Imports `contract`, `iam` and `names`; Pulumi in the component."""
