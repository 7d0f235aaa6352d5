"""One recipe per file, reproducible from a seed."""
