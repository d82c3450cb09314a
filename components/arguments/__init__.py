"""Arguments as their TypedDicts declare them: what they look like, and whether what was given does."""
