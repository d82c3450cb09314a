"""Names in AWS and of this stack, computed from the declaration alone.

Imports the standard library only.
"""
