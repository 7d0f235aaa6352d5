"""The policy simulator: which reads it may replay, and what other ways of reading would have led to."""
