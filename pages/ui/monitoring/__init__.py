"""What the pages of the AI models show beside their first figures: groups, versions, readers, studies, drift and shadow runs."""
