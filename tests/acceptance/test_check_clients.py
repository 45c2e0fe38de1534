"""``check`` on what mail clients do not support: at whose line, how quietly, and for whom."""

import json
import re
from pathlib import Path

from newsletter.checks.clients.client import CLIENTS

README = Path(__file__).parents[2] / "README.md"


def findings(desk, rule):
    return [row for row in json.loads(desk.ok("check", "--json")) if row["rule"] == rule]


def name_clients(desk, value):
    path = desk.path("newsletter.toml")
    path.write_text(path.read_text(encoding="utf-8") + f"\n[check]\nclients = {value}\n", encoding="utf-8")


def test_a_theme_of_one_s_own_is_warned_of_at_its_line(sample):
    sample.ok("themes", "copy", "digest", "mine")
    sample.change("newsletter.toml", 'theme = "digest"', 'theme = "mine"')
    css = sample.path("templates/mine/inline.css")
    lines = css.read_text(encoding="utf-8").rstrip().split("\n")
    css.write_text("\n".join([*lines, "ul.points { margin: 0; gap: 8px }", ""]), encoding="utf-8")
    (row,) = findings(sample, "client-support")
    assert (row["path"], row["line"], row["column"]) == ("templates/mine/inline.css", len(lines) + 1, 24)
    assert row["what"].startswith(
        '"gap, column-gap, row-gap" is not supported by Gmail (mobile web), Outlook (Windows)'
    )
    said = sample.ok("check")
    assert f"templates/mine/inline.css:{len(lines) + 1}:24: warning client-support: " in said
    assert "https://www.caniemail.com/features/css-gap/" in said


def test_what_has_a_fallback_is_one_line_for_people_and_a_finding_each_for_programs(sample):
    each = findings(sample, "client-fallback")
    assert len(each) > 10
    for said in (sample.ok("check"), sample.ok("check", "--github"), sample.ok("send", "1")):
        assert said.count("client-fallback") == 1
        assert f"{len(each)} features that some mail clients lack have a fallback" in said
    results = json.loads(sample.ok("check", "--sarif"))["runs"][0]["results"]
    assert sum(row["ruleId"] == "client-fallback" for row in results) == len(each)


def test_only_the_clients_that_are_named_count(sample):
    name_clients(sample, '["apple-mail"]')
    (row,) = findings(sample, "client-fallback")
    assert row["what"] == '"color-scheme meta tag" is not supported by Apple Mail (iOS); 1 use'


def test_an_empty_list_asks_for_none(sample):
    name_clients(sample, "[]")
    assert "client-" not in sample.ok("check")


def test_a_client_that_there_is_not_is_said_with_its_line_and_the_nearest(sample):
    name_clients(sample, '["gmial"]')
    line = sample.path("newsletter.toml").read_text(encoding="utf-8").rstrip().count("\n") + 1
    said = sample.fails(2, "check")
    assert f'newsletter.toml:{line}: there is no mail client "gmial" here; did you mean "gmail"?' in said


def test_the_readme_names_all_clients():
    section = README.read_text(encoding="utf-8").partition("### Mail clients")[2].partition("###")[0]
    assert set(CLIENTS) <= set(re.findall(r"[`\"]([a-z-]+)[`\"]", section))
