"""What logs say: families of messages that mean the same, with their cause, where they can stand, and what to do."""
