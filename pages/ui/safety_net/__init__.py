"""How the safety net is shown: its lists, one task in a drawer, and the line on a participant's record."""
