"""Turns rows of text cells into tickets, survey answers, customers and so on, as a mapping in empathy.toml says."""
