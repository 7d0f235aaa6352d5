"""The returns page, part by part."""
