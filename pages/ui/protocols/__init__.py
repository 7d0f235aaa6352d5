"""What doctors see where protocols disagree."""
