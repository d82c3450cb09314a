"""What runs the rotation and monitors it.

Imports `arguments`, `contract`, `iam` and `names`.
"""
