"""What the Pulumi program and the rotator agree on. Imports `variables` only."""
