"""What an administrator sets up once.

Imports `arguments`, `contract`, `iam` and `names`.
"""
