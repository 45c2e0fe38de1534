"""The one place that joins rooms: ``open_newsletter(folder)`` gives a Newsletter, and what can be done with it."""

from newsletter.app.newsletter import Newsletter, open_newsletter

__all__ = ["Newsletter", "open_newsletter"]
