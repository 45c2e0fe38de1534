"""Rules on waivers, and what a waiver does: its findings are shown, and keep nothing from being sent."""

from collections.abc import Iterable
from dataclasses import replace

from newsletter.checks.finding import Finding, Severity
from newsletter.checks.rule import RULES, Found, Subject, rule
from newsletter.model.table import nearest
from newsletter.model.traced import Place
from newsletter.model.waiver import Waiver

NEVER = frozenset(("render", "waiver-unknown"))
"""What no word of anybody's makes good: there is no mail, or nobody knows what was meant."""


def waive(findings: Iterable[Finding], waivers: Iterable[Waiver]) -> list[Finding]:
    """Return *findings*, with the waiver of their rule where there is one."""
    known = {waiver.rule: waiver for waiver in waivers if waiver.rule not in NEVER}
    return [replace(finding, waiver=known.get(finding.rule)) for finding in findings]


@rule("waiver-unknown", Severity.ERROR)
def waiver_unknown(subject: Subject) -> Found:
    """A waiver names a rule that there is, and that can be waived."""
    for waiver in subject.waivers:
        if waiver.rule not in RULES:
            what = f'there is no rule "{waiver.rule}" to waive'
            yield Place(path=waiver.path, line=waiver.line), what, nearest(waiver.rule, list(RULES))
        elif waiver.rule in NEVER:
            yield Place(path=waiver.path, line=waiver.line), f"{waiver.rule} cannot be waived", "mend what it finds"


@rule("waiver-unused", Severity.NOTE, last=True)
def waiver_unused(subject: Subject) -> Found:
    """A waiver is taken out when there is nothing more to waive."""
    found = {finding.rule for finding in subject.found}
    for waiver in subject.waivers:
        known = RULES.get(waiver.rule)
        # One of newsletter.toml is for all issues, and a rule that was not asked says nothing of what it would find.
        if known and not known.asked and waiver.path == subject.issue.path and waiver.rule not in found:
            yield Place(path=waiver.path, line=waiver.line), f"nothing is found by {waiver.rule}", "take the waiver out"
