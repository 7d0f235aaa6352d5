"""Parts of the page of messages."""
