"""Mammography: from the pixels of one view to what the network sees, and from its evidence back to the view."""
