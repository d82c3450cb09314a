"""Arguments as TypedDicts declare them: their keys and types, and a check of given values against them.

Imports `names`.
"""
