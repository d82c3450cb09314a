"""How Docker and GitLab Runner read images, logins and configuration files.

Imports the standard library only.
"""
