"""What managers may know of how readers read."""
