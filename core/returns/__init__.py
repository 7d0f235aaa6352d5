"""Figures in the forms in which others ask for them."""
