"""Rules on what mail clients do not support; who counts is said by ``[check] clients``."""

from collections.abc import Iterator

from newsletter.checks.clients.support import Lack, lacks
from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule

FALLBACK = "client-fallback"
"""The rule whose findings say what is provided for."""


@rule("client-support", Severity.WARNING)
def client_support(subject: Subject) -> Found:
    """What the mail uses is supported by the clients that matter, or has a fallback."""
    for lack in _lacks(subject):
        if not lack.fallback:
            yield lack.place, lack.words, f"do without it, or see what works instead: {lack.feature.url}"


@rule(FALLBACK, Severity.NOTE)
def client_fallback(subject: Subject) -> Found:
    """What the mail uses and some clients lack has a fallback, which is named."""
    for lack in _lacks(subject):
        if lack.fallback:
            yield lack.place, lack.words, f"without it {lack.fallback.fallback}; used because {lack.fallback.reason}"


def _lacks(subject: Subject) -> Iterator[Lack]:
    if subject.document and subject.clients:
        yield from lacks(subject.document, subject.clients)
