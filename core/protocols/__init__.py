"""Where published protocols ask for different things after the same nodule."""
