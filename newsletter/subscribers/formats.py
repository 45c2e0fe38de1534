"""The exports of other newsletter tools, known by the names of their columns."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """How one tool exports its people; the names of columns as :func:`newsletter.subscribers.statuses.plain` has them.

    :param known_by: sets of columns: one of them is there whole.
    :param status: says how somebody stands.
    :param out: not empty, or yes, when somebody left; a date says when.
    :param bounced: not empty when mail came back.
    :param proof: dates that are all there when somebody said yes themselves; the last one is when.
    :param paying: tells who pays: nobody does without having agreed.
    :param since: when somebody came, for those who pay.
    :param proves: what counts as proof of consent, for a person.
    """

    name: str
    known_by: tuple[Collection[str], ...]
    status: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    bounced: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    paying: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    timezone: tuple[str, ...] = ()
    proves: str


OURS = "newsletter"
"""The name of our own format."""

ASKS = ("confirmed", "opt in", "opted in", "email opt in")
"""Columns where a "no" is no refusal: the person has not said yes yet."""

FORMATS = (
    Format(
        name=OURS,
        known_by=({"address", "list", "consent", "basis", "since"},),
        status=("consent",),
        tags=("tags",),
        attributes=("attributes",),
        timezone=("timezone",),
        proves="its own record: consent, basis and since",
    ),
    # The three files (subscribed, unsubscribed, cleaned) stand among the tests of github.com/TryGhost/migrate,
    # packages/mg-mailchimp-members. CONFIRM_TIME alone is also that of contacts whom the owner added; only who used a
    # form has an OPTIN_TIME, too.
    Format(
        name="Mailchimp",
        known_by=({"member rating", "optin time"}, {"leid", "euid"}),
        status=("status",),
        out=("unsub time",),
        bounced=("clean time",),
        proof=("optin time", "confirm time"),
        tags=("tags",),
        timezone=("timezone",),
        proves="OPTIN_TIME and CONFIRM_TIME, both there: they signed up themselves",
    ),
    # github.com/TryGhost/migrate, packages/mg-substack-members-csv (email_list.csv); newer ones have "plan", too.
    Format(
        name="Substack",
        known_by=({"email", "active subscription"},),
        out=("email disabled",),
        paying=("active subscription",),
        since=("first payment at", "created at"),
        proves="a subscription that is paid for",
    ),
    # github.com/TryGhost/Ghost, the header that its members-csv writes. A member of the form has confirmed by mail, and
    # one that was imported has not; the file does not tell which.
    Format(
        name="Ghost",
        known_by=({"subscribed to emails", "complimentary plan"},),
        status=("subscribed to emails",),
        out=("deleted at",),
        paying=("stripe customer id",),
        since=("created at",),
        tags=("labels",),
        proves="a customer number of Stripe: they pay",
    ),
    # The fields of a subscriber, as https://pypi.org/project/tap-buttondown/ lists them; "type" is their state.
    Format(
        name="Buttondown",
        known_by=({"creation date", "metadata"}, {"creation date", "secondary id"}, {"creation date", "type"}),
        status=("type", "subscriber type"),
        out=("unsubscription date",),
        paying=("type", "subscriber type"),
        since=("creation date",),
        tags=("tags",),
        attributes=("metadata",),
        proves='the type "premium": they pay',
    ),
    # github.com/TryGhost/migrate, packages/mg-beehiiv-members.
    Format(
        name="beehiiv",
        known_by=({"status", "created at", "tier"}, {"status", "created at", "subscription tier"}),
        status=("status",),
        out=("unsubscribed at",),
        paying=("tier", "subscription tier"),
        since=("created at",),
        tags=("tags", "subscriber tags"),
        proves='the tier "premium": they pay',
    ),
    # github.com/knadh/listmonk, cmd/subscribers.go: the header that its export writes.
    Format(
        name="listmonk",
        known_by=({"uuid", "attributes", "status"},),
        status=("status",),
        attributes=("attributes",),
        proves="nothing: its export does not tell who confirmed",
    ),
)

PLAIN = Format(
    name="",
    known_by=(),
    status=(
        "consent",
        "status",
        "subscription status",
        "subscribed",
        "confirmed",
        "opt in",
        "opted in",
        "email opt in",
    ),
    out=(
        *("opted out", "opt out", "email opt out", "unsubscribed", "unsubscribed at", "unsub time", "do not email"),
        "unsubscribed on",
    ),
    bounced=("bounced", "bounced at", "cleaned", "clean time"),
    proof=("confirmed at",),
    tags=("tags", "tag", "labels"),
    timezone=("timezone", "time zone"),
    proves='a date in a column "confirmed at"',
)
"""Any other table; one that has "confirm time" is no proof, since it is not known of what."""


def format_of(names: Collection[str]) -> Format:
    """Return the format of a table with columns of these *names*."""
    there = set(names)
    for one in FORMATS:
        if any(set(known) <= there for known in one.known_by):
            return one
    return PLAIN
