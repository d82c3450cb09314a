"""The stack file: its text with the lines of everything in it, its keys and types, and how mistakes in it are told."""
