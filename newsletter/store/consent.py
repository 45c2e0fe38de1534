"""What may become of a consent, decided without a database.

::

    (none) ──► pending ──► confirmed ──► unsubscribed
                                ▲             │
                                └─────────────┘     only by the person's own word or by hand; never by an import
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from newsletter.errors import SubscriberError
from newsletter.model.address import UNSAFE
from newsletter.model.subscriber import Consent, Provenance, Way


class Outcome(StrEnum):
    """What became of one person who was added or imported."""

    NEW = "new"
    """Was not on the list, and is now."""
    CHANGED = "changed"
    """Was on the list; the consent stands differently now."""
    UNCHANGED = "unchanged"
    """Stood so already, or stands higher: the confirmed are never lowered to pending."""
    KEPT_OUT = "kept out"
    """Unsubscribed before, and stays so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """What became of the people of an import.

    :param kept_out: addresses of those who unsubscribed or asked to be forgotten before: the first of them.
    :param entered: of those who were new or changed, how many stand now at each consent.
    :param repeated: rows that were passed over, because one above has the same address.
    :param suppressed: suppressions that were not there before.
    :param forgotten: people who asked to be forgotten elsewhere, and were not known for it here.
    """

    counts: Mapping[Outcome, int]
    kept_out: tuple[str, ...] = ()
    entered: Mapping[Consent, int] = field(default_factory=dict)
    repeated: int = 0
    suppressed: int = 0
    forgotten: int = 0

    def __getitem__(self, outcome: Outcome) -> int:
        return self.counts.get(outcome, 0)


OWN_WORD = frozenset({Way.EDITOR, Way.PAGE})
"""The ways in which somebody who unsubscribed comes back."""


def judge(standing: Consent | None, wanted: Consent, way: Way) -> Outcome:
    """Say what becomes of a consent at *standing* (None: not on the list) when *wanted* comes in by *way*."""
    if standing is None:
        return Outcome.NEW
    if standing is wanted:
        return Outcome.UNCHANGED
    if standing is Consent.UNSUBSCRIBED:
        back = wanted is Consent.CONFIRMED and way in OWN_WORD
        return Outcome.CHANGED if back else Outcome.KEPT_OUT
    return Outcome.UNCHANGED if wanted is Consent.PENDING else Outcome.CHANGED


def require_provenance(consent: Consent, provenance: Provenance) -> Provenance:
    """Return *provenance* with its basis as :func:`require_basis` has it."""
    return replace(provenance, basis=require_basis(consent, provenance.basis))


def require_basis(consent: Consent, basis: str) -> str:
    """Return *basis* without the spaces around it.

    :raises SubscriberError: when it is not one line, or is empty although *consent* is confirmed.
    """
    if UNSAFE.search(basis):
        raise SubscriberError("a basis is one line of text", "write it without line breaks")
    if consent is Consent.CONFIRMED and not basis.strip():
        raise SubscriberError(
            "a confirmed consent needs a basis", 'say what it rests on: --basis "paper form, May 2026"'
        )
    return basis.strip()
