"""The stack file: its text with line numbers, its keys and types, and messages about mistakes in it."""
