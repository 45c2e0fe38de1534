"""How this newsletter asks the web: within its limits, and with a way to reach whoever runs it."""

from newsletter import __version__
from newsletter.app.newsletter import Newsletter
from newsletter.net.http import AGENT, Limits


def limits_of(newsletter: Newsletter) -> Limits:
    """Return how far a request for a source may go: the settings' seconds, and the private hosts that they allow."""
    options = newsletter.settings.sources
    return Limits(seconds=options.feed_seconds, private_hosts=options.private_hosts)


def agent_of(newsletter: Newsletter) -> str:
    """Return who asks, for sites that mind: name, version, and the newsletter's site or mail address."""
    sender = newsletter.settings.sender
    return f"{AGENT}/{__version__} (+{sender.public_url or f'mailto:{sender.sender.address}'})"
