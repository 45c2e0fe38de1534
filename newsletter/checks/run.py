"""Runs all rules."""

from dataclasses import replace

from newsletter.checks import (
    accessibility_rules,
    axe_rules,
    client_rules,
    deliverability_rules,
    draft_rules,
    host_rules,
    issue_rules,
    legibility_rules,
    link_rules,
    mail_made,
    mail_rules,
    mjml_rules,
    online_rules,
    repetition_rules,
    size_rules,
    spam_rules,
    waiver_rules,
    wording_rules,
)
from newsletter.checks.finding import Finding
from newsletter.checks.rule import RULES, Subject
from newsletter.checks.waiver_rules import waive

__all__ = ["RULES", "check"]

# Importing a module of rules registers them; this names the modules, so that none is forgotten.
MODULES = (
    issue_rules,
    draft_rules,
    wording_rules,
    link_rules,
    repetition_rules,
    host_rules,
    online_rules,
    mail_made,
    mjml_rules,
    mail_rules,
    deliverability_rules,
    size_rules,
    accessibility_rules,
    legibility_rules,
    axe_rules,
    spam_rules,
    client_rules,
    waiver_rules,
)


def check(subject: Subject) -> list[Finding]:
    """Return what all rules find, by file and line, the newsletter's own files first; what is waived says so."""
    found = [finding for rule in RULES.values() if not rule.last for finding in rule.findings(subject)]
    seen = replace(subject, found=tuple(found))
    found += [finding for rule in RULES.values() if rule.last for finding in rule.findings(seen)]
    found = waive(found, subject.waivers)
    return sorted(found, key=lambda one: (one.path.is_absolute(), one.path, one.line, one.column))
