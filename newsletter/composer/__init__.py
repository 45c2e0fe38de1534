"""Picks articles for an issue: the pool, what ran before, and the issue file itself."""
