"""Pages of the programme managers."""
