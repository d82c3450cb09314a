"""What doctor can find, how each comes about and what mends it."""
