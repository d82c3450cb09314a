"""Families of log messages that mean the same: their cause, the steps that print them, and what to do."""
