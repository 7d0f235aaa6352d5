"""What is said to participants: templates, mailings, sending, and the log of every attempt to reach somebody."""
