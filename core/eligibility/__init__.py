"""Who is to be screened on a day and why: facts about people on one side, published rules on the other."""
