"""Whether two hosts are of one owner: whether they share the domain that somebody registered.

The public suffix list says it exactly, in 300 KB that change every week; two clones of a newsletter with two versions
of it would take one article for two. So what is here is short and errs to one side: hosts that it cannot tell are
strangers, and the address that a page was found at is kept.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

# Second levels of countries that register below them: co.uk, com.au, ne.jp, gov.br.
_SECOND = "ac asn co com edu gen go gob gouv gov gv id info lg ltd me mil ne net nhs nom or org plc sch"

# Hosts whose names below them are each somebody else's (the private part of the public suffix list; sites of writers).
_SHARED = """azurestaticapps.net azurewebsites.net bearblog.dev beehiiv.com blogspot.com bitbucket.io buttondown.email
    cloudfront.net codeberg.page deno.dev dev.to ecwid.com firebaseapp.com fly.dev ghost.io github.dev github.io
    gitlab.io glitch.me hashnode.dev herokuapp.com livejournal.com medium.com micro.blog mystrikingly.com neocities.org
    netlify.app
    notion.site onrender.com pages.dev posthaven.com readthedocs.io render.com sourceforge.io squarespace.com
    substack.com surge.sh tumblr.com typepad.com vercel.app web.app webflow.io weebly.com wixsite.com wordpress.com
    workers.dev writeas.com amazonaws.com appspot.com r2.dev"""


def is_same_site(one: str, other: str) -> bool:
    """Return whether the addresses *one* and *other* are of the same registered domain."""
    domains = [registered_domain(address) for address in (one, other)]
    return bool(domains[0]) and domains[0] == domains[1]


def registered_domain(address: str) -> str:
    """Return the domain of *address* that somebody registered: "example.co.uk" of https://news.example.co.uk/a.

    A host with a number for a name, or of one word, is its own; an address without a host has an empty one.
    """
    try:
        host = (urlsplit(address.strip()).hostname or "").rstrip(".")
    except ValueError:  # "http://[::1/"
        return ""
    labels = host.split(".")
    if len(labels) < 2 or _is_number(host):
        return host
    shared = next(
        (name for name in (".".join(labels[at:]) for at in range(len(labels))) if name in _SHARED.split()), ""
    )
    national = len(labels[-1]) == 2 and labels[-2] in _SECOND.split()
    size = shared.count(".") + 2 if shared else 3 if national else 2
    return ".".join(labels[-size:])


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return re.fullmatch(r"[\d.]+", host) is not None
    return True
