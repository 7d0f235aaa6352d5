"""How lists, duplicates, cohorts and one participant's record are shown."""
