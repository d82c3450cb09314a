"""The keys of `access-keys` users: what to do next, and doing it."""
