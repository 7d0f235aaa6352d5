"""Parts of the pages of clinics and invitations."""
