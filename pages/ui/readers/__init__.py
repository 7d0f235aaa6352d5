"""The readers page, part by part."""
