"""`python -m core.bench`: a programme of any size is built, and what the pages ask of it is timed."""
