"""Reads a pasted job log: which step failed, and the cause that its lines name."""
