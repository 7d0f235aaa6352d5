"""Pages of the doctors who read the images."""
