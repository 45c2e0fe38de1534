"""The tokens that stand in a rendered issue where readers differ."""

import hashlib
from collections.abc import Iterable, Mapping

from newsletter.model.mail import Slot


def make_tokens(texts: Iterable[str], *, public: bool) -> Mapping[Slot, str]:
    """Return a token for each slot that has an address to point to, found in none of *texts*.

    A token is ASCII letters and digits alone, because premailer percent-encodes anything else in an ``href``. It is
    the hash of the issue's own words: the same issue has the same tokens, and no text can hold its own hash.
    """
    whole = "\0".join(texts)
    slots = [slot for slot in Slot if public or slot in (Slot.NAME, Slot.UNSUBSCRIBE)]
    digest = hashlib.sha256(whole.encode()).hexdigest()[:16]
    while digest in whole:
        digest = hashlib.sha256(digest.encode()).hexdigest()[:16]
    return {slot: f"SLOT{slot.name}{digest}" for slot in slots}
