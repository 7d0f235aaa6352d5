"""Files in, results as JSON takes them out: what `python -m models.score` does, without database or web."""
