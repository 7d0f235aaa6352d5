"""Who is in the programme: what is known of participants from a day on, who is one person, and saved selections of them."""
