"""The HTML of a mail as no reader's: what differs per reader is neutral, and acts on nobody."""

from html import escape

from newsletter.model.address import Address
from newsletter.model.mail import Slot
from newsletter.model.subscriber import Subscriber
from newsletter.sender.addressing import SAMPLE_KEY, Addressing, MailTemplate
from newsletter.sender.headers import mailto
from newsletter.sender.links import Links
from newsletter.sender.multipart import Shown


def neutral_html(template: MailTemplate) -> str:
    """Return the HTML part with its pictures in it, as a browser shows it alone.

    The name is what stands for one that is not known, unsubscribing is a mail that a person writes, and the other
    links lead to the public site.
    """
    nobody = Subscriber(number=0, address=Address(address="reader@example.com"))
    tokens = Addressing(template=template, key=SAMPLE_KEY).tokens(nobody)
    html = Shown.of(template.address(nobody, tokens)).alone
    begins = Links.of(public_url=template.public_url, unsubscribe=template.unsubscribe).slots
    site = f"{template.public_url}/"
    for slot, token, neutral in (
        (Slot.UNSUBSCRIBE, tokens.unsubscribe, mailto(template.unsubscribe, "unsubscribe")),
        (Slot.PREFERENCES, tokens.preferences, site),
        (Slot.WEB, tokens.web, site),
    ):
        html = html.replace(f"{escape(begins[slot])}{tokens.ticket(token)}", escape(neutral))
    return html
