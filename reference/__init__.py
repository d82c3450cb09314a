"""The reference of every argument, and the JSON schema of stack files, both made from the components themselves."""
