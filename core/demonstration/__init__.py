"""The demonstration programme: invented people and histories, and real images under invented identities. Never part of real data."""
