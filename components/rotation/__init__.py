"""The rotation itself: runs in the Lambda, in a GitLab job, or on a laptop.

Imports `contract`, `docker` and `variables`.
"""
