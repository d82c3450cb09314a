"""The command line `gitlab-ecr`, which needs the extra `cli`.

Imports `contract`, `docker`, `names`, `preview`, `rotation` and `variables`.
"""
