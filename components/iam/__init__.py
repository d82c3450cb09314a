"""Roles, users, policies and trust.

Imports `arguments`, `contract` and `names`.
"""
