"""Findings as GitHub shows them beside a change: workflow commands, one a line.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from newsletter.checks.finding import Finding, Severity

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github_line(finding: Finding) -> str:
    """Return the workflow command that annotates the line of *finding*."""
    command = "notice" if finding.waiver else COMMANDS[finding.severity]
    places = {"file": finding.path.as_posix(), "line": str(finding.line)}
    if finding.column:
        places["col"] = str(finding.column)
    places["title"] = f"{finding.rule} (waived)" if finding.waiver else finding.rule
    properties = ",".join(f"{name}={_property(value)}" for name, value in places.items())
    return f"::{command} {properties}::{_data(finding.words)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
