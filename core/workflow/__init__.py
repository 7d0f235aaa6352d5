"""The screening programme at work: cards, people, episodes, queue, reads, recalls and outcomes."""
