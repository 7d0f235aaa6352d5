"""What coordinators see of eligibility: lists, one person's answer, the questionnaire."""
