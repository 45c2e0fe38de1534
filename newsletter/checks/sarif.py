"""Findings as SARIF 2.1.0 (OASIS Standard, 2020), which code hosts and editors read."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from newsletter.checks.finding import Finding
from newsletter.checks.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(findings: Iterable[Finding], rules: Mapping[str, Rule], version: str) -> dict[str, Any]:
    """Return the log of one run.

    :param version: of this program.
    """
    driver = {
        "name": "newsletter check",
        "version": version,
        "rules": [
            {
                "id": rule.name,
                "shortDescription": {"text": rule.sentence},
                "defaultConfiguration": {"level": rule.severity.value},
            }
            for rule in rules.values()
        ],
    }
    order = {name: number for number, name in enumerate(rules)}
    results = [_result(finding, order[finding.rule]) for finding in findings]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: Finding, index: int) -> dict[str, Any]:
    region = {"startLine": finding.line}
    if finding.column:
        region["startColumn"] = finding.column
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": finding.words},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(finding.path)}, "region": region}}],
    }
    if finding.waiver:  # §3.35: "external" is what stands elsewhere than in the line that is meant
        result["suppressions"] = [{"kind": "external", "justification": str(finding.waiver)}]
    return result


def _uri(path: Path) -> str:
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
