"""Findings as a person reads them: what is provided for is one line, and does not hide what is to be mended."""

from collections.abc import Sequence
from dataclasses import replace

from newsletter.checks.client_rules import FALLBACK
from newsletter.checks.finding import Finding


def folded(findings: Sequence[Finding]) -> list[Finding]:
    """Return *findings* with the features that have a fallback in one of them, at the place of the first."""
    provided = [finding for finding in findings if finding.rule == FALLBACK]
    if len(provided) < 2:
        return list(findings)
    what = f"{len(provided)} features that some mail clients lack have a fallback"
    one = replace(provided[0], what=what, todo="newsletter check --json names each, the clients, and what they show")
    return [one if finding is provided[0] else finding for finding in findings if finding not in provided[1:]]
