"""Networks, their training, their cards and their weights. Imports nothing of ours but itself (worker and score excepted)."""
