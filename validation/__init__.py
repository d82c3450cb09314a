"""Checks a stack file without making anything: for mistakes, and against best practices."""
