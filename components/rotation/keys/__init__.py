"""Rotates the access keys of `access-keys` users."""
