"""Who pulls and pushes.

Imports `arguments`, `contract`, `docker`, `iam`, `names` and `variables`.
"""
