"""Parameters of a link that name the way a reader came, never the page."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus, urlsplit

TRACKERS = re.compile(
    r"utm_\w+|mtm_\w+|matomo_\w+|pk_\w+|piwik_\w+|hsa_\w+|mc_\w+|elq\w*|at_(medium|campaign|custom\d|link\w*|ptr_\w+)"
    r"|ns_(mchannel|campaign|source|linkname|fee)|fb_(action_ids|action_types|source|ref)|trk_\w+|ga_\w+|oly_\w+_id"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|gad_\w+|srsltid|msclkid|yclid|ymclid|twclid|ttclid|li_fat_id|sc?clid"
    r"|igsh|igshid|mibextid|epik|rdt_cid|irclickid|irgwc|rb_clickid|cjevent|wickedid|s_kwcid|ef_id"
    r"|_hsenc|_hsmi|__hs\w+|hsctatracking|mkt_tok|vero_id|vero_conv|inf_contact_key|dm_i|ml_subscriber(_hash)?|__s"
    r"|ck_subscriber_id|_?bhlid|ss_email_id|sib_\w+|bsft_\w+|wt\.mc_\w+|xtor|_openstat|_ga|_gl"
    r"|guccounter|guce_referrer(_sig)?|ref_src|ref_url|__twitter_impression|sb_referer_host|cmpid|ncid|smid|smtyp",
    re.I | re.A,
)
"""Names, whole, that are trackers on every site."""

# A site's own: by the end of the host, names that are no part of the page's address there.
_OF_SITE = {
    "youtube.com": "si feature pp ab_channel",
    "youtu.be": "si feature pp",
    "open.spotify.com": "si context nd",
    "medium.com": "source gi",
    "substack.com": "r s showwelcome isfreemail post_id publication_id triedredirect token",
    "twitter.com": "s t ref",
    "x.com": "s t ref",
    "reddit.com": "share_id rdt context_ref st sh ref ref_source correlation_id",
    "linkedin.com": "trackingid trk lipi lici midtoken midsig ref",
    "facebook.com": "__tn__ __xts__ ref fref rdid",
    "instagram.com": "ig_rid ig_mid",
    "tiktok.com": "_r _t is_from_webapp sender_device is_copy_url",
    "amazon.com": "ref tag linkcode creative pd_rd_i pd_rd_r pd_rd_w pd_rd_wg pf_rd_p pf_rd_r psc",
    "producthunt.com": "ref",
    "dev.to": "ref source",
    "nytimes.com": "smid smtyp partner emc referringsource",
    "wsj.com": "mod reflink",
    "bloomberg.com": "srnd leadsource sref",
    "theguardian.com": "cmp",
    "docs.google.com": "usp",
}
_NAMES = {host: frozenset(names.split()) for host, names in _OF_SITE.items()}

# "ref" and "source" name a branch or a data set as often as a way (GitHub: ?ref=main), so that the value decides.
_NEWSLETTER = re.compile(
    r"newsletter|digest|weekly|bulletin|substack|beehiiv|buttondown|(^|[^a-z])(rss|e-?mail)([^a-z]|$)|-{3,}"
)
_SITE = re.compile(
    r"(?!.*\.(html?|md|txt|pdf|json|ya?ml|py|js|css|png|jpe?g)$)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", re.I
)
_CODE_HOSTS = frozenset(("github.com", "githubusercontent.com", "gitlab.com", "bitbucket.org", "codeberg.org", "sr.ht"))
# Medium's parameters stay when a publication has a domain of its own; and Substack's name of who shared.
_GI = re.compile(r"[0-9a-f]{12}")
_FRIEND = re.compile(r"(v2/)?[0-9a-f-]{32,36}")
_PASSES = {"nytimes.com": "unlocked_article_code", "wsj.com": "st", "bloomberg.com": "accesstoken"}
_SHARED = re.compile(r"(?=.*[a-z])[0-9a-z]{4,7}")
# A session is one reader's visit; only where the value looks like one.
_SESSION = re.compile(r"(php|asp)?sess(ion)?_?id\w*|jsessionid|sid|cftoken|zenid|oscsid", re.I | re.A)
_RANDOM = re.compile(r"(?=.*\d)[0-9a-z,-]{16,}(\.\w+)?", re.I | re.A)


def is_tracker(name: str, value: str, host: str, path: str = "") -> bool:
    """Whether the parameter *name* says how a reader came to the page *path* of *host*, and not which page it is."""
    folded = name.lower()
    if TRACKERS.fullmatch(name) or any(folded in _NAMES.get(site, ()) for site in sites_of(host)):
        return True
    if folded in ("ref", "source", "referrer", "via"):
        return _names_a_way(folded, value, host)
    if folded == "gi":
        return bool(_GI.fullmatch(value))
    if folded == "r" and path.startswith("/p/"):
        return bool(_SHARED.fullmatch(value))
    return bool(_SESSION.fullmatch(name) and _RANDOM.fullmatch(value))


def is_pass(name: str, value: str, host: str) -> bool:
    """Whether the parameter *name* lets in who has no subscription: the same page, and worth printing."""
    folded = name.lower()
    return any(_PASSES.get(site) == folded for site in sites_of(host)) or bool(
        folded == "sk" and _FRIEND.fullmatch(value)
    )


def _names_a_way(name: str, value: str, host: str) -> bool:
    if not _CODE_HOSTS.isdisjoint(sites_of(host)):
        return False
    # Ghost puts its own host into each link that leaves it: ?ref=blog.example.com
    return bool(_NEWSLETTER.search(value.lower()) or (name == "ref" and _SITE.fullmatch(value)))


def sites_of(host: str) -> Iterator[str]:
    """Yield *host* and each domain that it is in: "a.example.com", "example.com", "com"."""
    while host:
        yield host
        host = host.partition(".")[2]


def trackers_of(link: str) -> tuple[str, ...]:
    """Return the names of the trackers in *link*, as they are spelled; none where it cannot be read."""
    return _split(link)[1]


def printed_link(link: str) -> str:
    """Return *link* as it is printed: its publisher's own, each letter of it, but for trackers."""
    return _split(link)[0]


def _split(link: str) -> tuple[str, tuple[str, ...]]:
    address, mark, query = link.partition("#")[0].partition("?")
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # "http://[::1/"
        return link, ()
    if parts.scheme not in ("http", "https") or not mark:
        return link, ()
    kept, names = [], []
    for field in query.split("&"):  # as they are spelled: another spelling may be another page
        name, _, value = field.partition("=")
        name = unquote_plus(name)
        if name and is_tracker(name, unquote_plus(value), host, parts.path):
            names.append(name)
        else:
            kept.append(field)
    if not names:
        return link, ()
    rest = link[len(address) + len(mark) + len(query) :]
    return f"{address}{'?' if kept else ''}{'&'.join(kept)}{rest}", tuple(names)
