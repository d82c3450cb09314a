"""Roles, users, policies and trust. Imports `contract` and `names`; Pulumi in components."""
