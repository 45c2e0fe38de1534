"""The schema versions; a released one is never edited."""
