"""The public site that ``newsletter serve`` shows: the archive, the readers' pages, and what an operator asks of it."""
