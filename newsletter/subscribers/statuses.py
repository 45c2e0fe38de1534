"""What a cell says of somebody's consent, in the words that newsletter tools use."""

import re

CONFIRMED = frozenset(
    (
        *("confirmed", "subscribed", "active", "enabled", "opted in", "opt in", "yes", "y", "true", "1", "member"),
        *("regular", "premium", "gifted", "trialed", "paid", "free", "past due", "paused", "churning"),
    )
)
"""What a status says of somebody who said yes; it is a proof only where the editor vouches for all of them."""
PENDING = frozenset(("", "pending", "unconfirmed", "not confirmed", "unknown", "unactivated", "validating"))
"""What it says of somebody who has said nothing yet."""
LEFT = frozenset(
    (
        *("unsubscribed", "unsubscribe", "opted out", "opt out", "non subscribed", "not subscribed", "left", "removed"),
        *("suppressed", "inactive", "disabled", "deleted", "archived", "churned", "no", "n", "false", "0"),
    )
)
"""What it says of somebody who must get nothing."""
BOUNCED = frozenset(("cleaned", "bounced", "bounce", "hard bounce", "undeliverable", "invalid"))
"""What it says of an address that mail came back from."""
COMPLAINED = frozenset(("complained", "complaint", "spam", "spammy", "blocked", "blocklisted", "blacklisted"))
"""What it says of somebody who called the mail spam, or whom the other tool keeps away."""
NO = frozenset(("no", "n", "false", "0", "none", "null"))
"""What a cell says that stands in a column of dates or marks, and means nothing."""
PAYS = frozenset(("true", "yes", "1", "premium", "paid", "founding"))
"""What it says of somebody who pays; Stripe's number of a customer says it, too."""


def plain(cell: str) -> str:
    """Return a cell as it is compared: small letters and single spaces."""
    return re.sub(r"[\W_]+", " ", cell.casefold()).strip()


def is_marked(cell: str) -> bool:
    """Whether a cell of marks or dates has one."""
    return bool(word := plain(cell)) and word not in NO


def pays(cell: str) -> bool:
    """Whether a cell says that somebody pays."""
    word = plain(cell)
    return word in PAYS or word.startswith("cus ")
