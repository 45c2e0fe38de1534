"""Chromium, for what only a real browser can tell: pictures of a mail, and what axe-core finds in it."""
