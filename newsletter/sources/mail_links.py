"""What the links of a newsletter's mail are: articles, its own business, or detours by a click counter."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.sources.entry import web_link

UNRESOLVED = "link-unresolved"
"""The tag of an article whose link goes by way of a click counter, nobody knows where to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLink:
    """A link and the words that stand for it.

    :param borrowed: the words are not its own: a picture's, or what stands before a "read more".
    """

    address: str
    words: str
    borrowed: bool = False


# What says so anywhere in a few words, and what does only when it stands alone: "privacy policy" is in titles too.
_ANYWHERE = re.compile(
    r"\bunsubscribe\b|\b(?:manage|update|change|edit) (?:your |my )?(?:email |subscription )?(?:preferences|settings)\b"
    r"|\b(?:view|read|open|see)\b.{0,30}\b(?:in|on) (?:your |the |a )?(?:web )?browser\b"
    r"|\bforward(?: this)?.* to a friend"
    r"|\babmelden\b|\babbestellen\b|\bim browser (?:ansehen|anzeigen|öffnen|lesen)\b|\bdésabonner\b|\bdésinscrire\b"
    r"|\bdans (?:le|votre) navigateur\b|\bdarse de baja\b|\ben (?:el|tu) navegador\b|\bdisiscriv|\buitschrijven\b",
    re.I,
)
_ALONE = re.compile(
    r"(?:opt[ -]?out|(?:my |your |email )?preferences|(?:view|read|open)(?: it)? (?:online|in (?:the )?app|on the web)|"
    r"(?:web|online) version|forward|privacy(?: policy| notice)?|terms(?: (?:of|&|and) (?:service|use|conditions))?|"
    r"advertise(?: with us)?|sponsor(?: us)?|why (?:did|am) i get.*|add us to your address book|report (?:spam|abuse)|"
    r"share(?: (?:this|it|on|via|with).*)?|tweet(?: this)?|sign ?up|subscribe(?: now| here)?|upgrade(?: to paid)?|"
    r"start writing|(?:get|download) the app|leave a comment|restack|likes?|comments?|follow us|jobs|archive|home|"
    r"datenschutz.*|impressum|austragen|contact(?: us)?|help|log ?in|account)[\s!.→»]*",
    re.I,
)
_NETWORKS = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|linkedin|instagram|youtube|tiktok|threads|pinterest|reddit|mastodon|bsky|t)"
    r"\.(?:com|net|app|social|me)$"
)
_PROFILE = re.compile(r"/?(?:(?:company|in|channel|c|user|pages|school)/)?[^/]*/?")
_SHARING = re.compile(
    r"/(?:sharer|share(?:article)?|intent|submit(?:link)?|send|compose|pin/create|sharing|dialog/(?:share|feed))\b",
    re.I,
)
_ADDRESS = re.compile(
    r"unsubscri|optout|opt-out|/preferences?\b|manage-subscription|list-manage\.com/profile|/abuse\b", re.I
)
# Hosts of click counters: those of the services that send newsletters, and names that say so.
_COUNTERS = re.compile(
    r"(?:^|\.)(?:list-manage\.com|mailchi\.mp|ct\.sendgrid\.net|sendgrid\.net|convertkit-mail\d?\.com|kit-mail\d?\.com|"
    r"mailgun\.(?:net|org)|hubspotlinks\.com|hs-sites\.com|cmail\d+\.com|createsend\d?\.com|sendibt?\d?\.com|"
    r"sendinblue\.com|mjt\.lu|klclick\d?\.com|rs6\.net|exct\.net|exacttarget\.com|mandrillapp\.com|awstrack\.me|"
    r"beehiiv\.com|mlsend\.com|mailerlite\.com|buttondown\.email|revue\.email|getrevue\.co|lnks\.gd|emltrk\.com)$"
    r"|^(?:clicks?|links?|track(?:ing)?|trk|ct|lnks?|url\d+|email|e|r|go2?|t|mail(?:track)?|newsletter)\d*\.",
    re.I,
)
_OPAQUE = re.compile(r"[A-Za-z0-9_=%~-]{24,}|/(?:c|ls|click|track|redirect|CL0|f|l|r|ss/c)(?:/|\?|$)")


def is_business(link: MailLink) -> bool:
    """Whether *link* is the newsletter's own business: leaving it, sharing it, or where else it is."""
    parts = urlsplit(link.address)
    host, path = parts.hostname or "", parts.path
    if _NETWORKS.search(host) and (_SHARING.search(path) or (_PROFILE.fullmatch(path) and "v=" not in parts.query)):
        return True
    if _SHARING.search(path) and ("url=" in parts.query or "u=" in parts.query):
        return True
    says_so = _ALONE.fullmatch(link.words) or (len(link.words) < 60 and _ANYWHERE.search(link.words))
    return bool(_ADDRESS.search(link.address) or says_so)


def unwrapped(address: str) -> tuple[str, bool]:
    """Return where *address* leads, and whether that is known: a click counter often names it within."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    is_counter = bool(_COUNTERS.search(host)) and bool(_OPAQUE.search(f"{parts.path}?{parts.query}"))
    is_counter = is_counter or (host.endswith("substack.com") and parts.path.startswith("/redirect"))
    if not is_counter:
        return address, True
    for value in (*(value for _, value in parse_qsl(parts.query)), unquote(parts.path)):
        if match := re.search(r"https?:/{1,2}(?=[^/])\S+", value):
            inner = re.sub(r"^(https?):/(?!/)", r"\1://", match[0])
            if parts.path.startswith("/CL0/"):  # Amazon SES: …/CL0/ADDRESS/1/KEY/KEY=NUMBER
                inner = re.sub(r"/\d+/[0-9a-f-]{20,}/[^/]+$", "", inner)
            if web_link(inner, ""):
                return inner, True
    return address, False
