"""Rules on what SpamAssassin says of the mail; they find nothing unless it was asked."""

from newsletter.checks.finding import Severity
from newsletter.checks.rule import Found, Subject, rule
from newsletter.checks.spam_report import SpamReport


@rule("spam-likely", Severity.WARNING, asked="--spam")
def spam_likely(subject: Subject) -> Found:
    """SpamAssassin does not take the mail for spam."""
    report = subject.spam
    if report and report.score >= report.required:
        yield 1, f"SpamAssassin takes it for spam: {report}; {_costs(report)}", "mend what costs most"


@rule("spam-score", Severity.NOTE, asked="--spam")
def spam_score(subject: Subject) -> Found:
    """No test of SpamAssassin costs the mail points."""
    report = subject.spam
    if report and report.costly and report.score < report.required:
        yield 1, f"SpamAssassin gives {report}; {_costs(report)}", "see whether the dearest can be mended"


def _costs(report: SpamReport) -> str:
    return ", ".join(f"{test.points:g} for {test.name} ({test.words})" for test in report.costly) or "no test says why"
