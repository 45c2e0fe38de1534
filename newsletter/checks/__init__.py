"""Findings on an issue and on the mail that it becomes: each with its file and line, and what to do."""
