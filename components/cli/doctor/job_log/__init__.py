"""Reads a pasted job log: finds the step that failed, and the cause that the lines name."""
