"""What doctor can find: each cause, how it arises, and how to fix it."""
