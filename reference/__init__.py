"""Generates the reference of arguments and commands, and the JSON schema of stack files, from the code."""
