"""A mail as nobody's: no name, no token, links that act on nobody; the same of a template and of its dump."""

import re

from sender_samples import HTML, OPTIONS, TOKENS, rendered, template

from newsletter.model.mail import Slot
from newsletter.sender.addressing import MailTemplate
from newsletter.sender.neutral import neutral_html

LINKS = HTML.replace("</p>\n</body>", f' <a href="{TOKENS[Slot.PREFERENCES]}">Preferences</a></p>\n</body>')


def links(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


def test_links_lead_to_the_public_site_and_unsubscribing_is_a_mail():
    html = neutral_html(template(rendered(html=LINKS)))
    site = "https://news.example.org/"
    assert links(html) == ["mailto:leave@example.org?subject=unsubscribe", site, site]
    assert "Hello reader," in html


def test_without_a_public_site_there_is_the_mail_alone():
    html = neutral_html(template(rendered(html=HTML), options=OPTIONS))
    assert links(html) == ["mailto:editor@example.org?subject=unsubscribe", ""]


def test_what_an_article_links_to_stays_whatever_it_looks_like():
    own = "https://news.example.org/u/42.0.AAAAAAAAAAAAAAAA"
    html = neutral_html(template(rendered(html=HTML.replace("Hello", f'<a href="{own}">Mine</a>'))))
    assert links(html)[0] == own


def test_a_frozen_mail_gives_the_same_bytes():
    made = template(rendered(html=LINKS))
    assert neutral_html(MailTemplate.load(made.dump())) == neutral_html(made)
