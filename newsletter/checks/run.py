"""Runs all rules."""

from collections.abc import Iterable

from newsletter.checks import issue_rules, link_rules, mail_rules, online_rules
from newsletter.checks.finding import Finding, Severity
from newsletter.checks.rule import RULES, Subject

__all__ = ["RULES", "check", "errors"]

# Importing a module of rules registers them; this names the modules, so that none is forgotten.
MODULES = (issue_rules, link_rules, mail_rules, online_rules)


def check(subject: Subject) -> list[Finding]:
    """Return what all rules find, by file and line."""
    found = [finding for rule in RULES.values() for finding in rule.findings(subject)]
    return sorted(found, key=lambda finding: (finding.path, finding.line, finding.column))


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """Return those that keep an issue from being sent."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
