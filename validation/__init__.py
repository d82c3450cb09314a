"""What a stack file is held to without anything being made: whether it is right, and whether it is best practice."""
