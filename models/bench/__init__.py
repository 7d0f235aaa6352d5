"""How fast the models are here: `python -m models.bench`."""
