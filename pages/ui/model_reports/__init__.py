"""Reports of a model on its page: the hospital's own beside those that came with the card."""
