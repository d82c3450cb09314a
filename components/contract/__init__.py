"""What the Pulumi program and the rotator agree on.

Imports `docker` and `variables`.
"""
