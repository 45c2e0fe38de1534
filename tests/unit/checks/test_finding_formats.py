"""What machines read of findings: SARIF, and GitHub's workflow commands."""

import json
from pathlib import Path

from jsonschema import Draft4Validator
from test_rules import BAD, GOOD, subject, waiver

from newsletter.checks.finding import Finding, Severity
from newsletter.checks.github import github_line
from newsletter.checks.rule import RULES
from newsletter.checks.run import check
from newsletter.checks.sarif import sarif

SCHEMA = Draft4Validator(json.loads((Path(__file__).parents[2] / "data" / "sarif-2.1.0-rtm.5.json").read_text("utf-8")))
FINDING = Finding(
    rule="size",
    severity=Severity.WARNING,
    path=Path("a b/ü,1.md"),
    line=3,
    column=4,
    what="50% too large",
    todo="cut\nit",
)


def test_a_finding_is_one_line_for_github_with_nothing_in_it_that_ends_the_line_or_the_property():
    assert github_line(FINDING) == "::warning file=a b/ü%2C1.md,line=3,col=4,title=size::50%25 too large; cut%0Ait"


def test_a_waived_finding_is_a_notice():
    (finding,) = check(subject(GOOD, html="x" * 102_401, waivers=(waiver("size"),)))
    assert github_line(finding).startswith("::notice file=issues/042.md,line=1,title=size (waived)::")


def test_sarif_names_rules_places_and_levels():
    log = sarif([FINDING], RULES, "1.2.3")
    (run,) = log["runs"]
    (result,) = run["results"]
    driver = run["tool"]["driver"]
    assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "size"
    assert {rule["defaultConfiguration"]["level"] for rule in driver["rules"]} <= {"error", "warning", "note"}
    place = result["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "a%20b/%C3%BC%2C1.md"}, "region": {"startLine": 3, "startColumn": 4}}
    assert result["level"] == "warning"


def test_sarif_shows_a_waived_finding_as_suppressed():
    findings = check(subject(GOOD, html="x" * 102_401, waivers=(waiver("size"),)))
    (result,) = sarif(findings, RULES, "1")["runs"][0]["results"]
    assert result["suppressions"][0]["kind"] == "external"
    assert "we know" in result["suppressions"][0]["justification"]


def faults_of(log) -> list[str]:
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in SCHEMA.iter_errors(json.loads(json.dumps(log)))]


def test_sarif_is_as_its_schema_asks_for_each_rule_with_a_bad_example():
    findings = [finding for bad, _ in BAD.values() for finding in check(bad)]
    findings += check(subject(GOOD, html="x" * 102_401, waivers=(waiver("size"),)))
    log = sarif([*findings, FINDING], RULES, "1.2.3")
    assert {row["ruleId"] for row in log["runs"][0]["results"]} == set(RULES)
    assert faults_of(log) == []
    assert faults_of(sarif([], RULES, "1.2.3")) == []


def test_the_schema_would_say_what_is_wrong():
    log = sarif([FINDING], RULES, "1.2.3")
    log["runs"][0]["results"][0]["level"] = "fatal"
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert len(faults_of(log)) == 2
