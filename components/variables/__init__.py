"""GitLab CI/CD variables as documents: keys, descriptions, what a job sees.

Imports `docker`.
"""
