"""The reference of arguments and commands, and the JSON schema of stack files, made from what they describe."""
