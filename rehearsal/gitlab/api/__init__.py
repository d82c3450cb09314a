"""The routes below `/api/v4`, with a module for each kind of thing. Imports `rehearsal.gitlab` only."""
