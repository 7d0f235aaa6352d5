"""Clinics and the appointments in them, and who is due to be invited."""
