"""An issue that is composed alone: it says why, it is a proposal, and a proposal goes to nobody."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

OUTAGE = "A change of the name service took the object storage of Corvane in the north down for five hours"


@pytest.fixture
def week(desk):
    desk.ok("init", ".", "--name", "Desk", "--from", "Desk <desk@example.com>")
    today, long_ago = (f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d}" for days in (0, 90))
    rows = [
        {"title": "Corvane storage outage: what happened", "points": [OUTAGE], "source": "Corvane", "section": "Cloud"},
        {"title": "Corvane storage down for hours", "points": [f"{OUTAGE}, and trains with it"], "source": "Packet"},
        {"title": "A faster compiler\x1b[2J for Ostra", "points": ["Region inference"], "source": "Ostra"},
        {"title": "Knitting as programming", "points": ["Stitches are instructions"], "source": "Packet"},
        {"title": "Bread ovens, from old times", "points": ["Stone"], "source": "Packet", "published": long_ago},
        {"title": "No link", "points": ["Nowhere"], "source": "Other", "link": ""},
    ]
    for number, row in enumerate(rows):
        row.setdefault("published", today)
        row.setdefault("link", f"https://example.com/{number}")
    desk.path("week.json").write_text(json.dumps(rows))
    desk.ok("add", "week.json")
    return desk


def test_an_issue_is_composed_alone_with_reasons_and_is_not_sent_until_a_person_agrees(week):
    said = week.ok("pick", "--auto", "--limit", "3", "--per-source", "1")
    assert "\x1b" not in said
    assert re.search(r"\.\d\d = feed \.25 \+ story \.10 \+ new \.\d\d \+ noted \.20; also at: (Packet|Corvane)\n", said)
    assert "passed by: " in said
    assert "1 no title or link" in said
    assert "3 articles picked into new issue issues/001.md; to undo, take their blocks out of it" in said
    assert said.endswith("Next: newsletter edit 1, then newsletter review 1\n")
    issue = week.path("issues/001.md").read_text()
    assert "\nproposal = true\n" in issue
    assert issue.count("### ") == 3
    found = week.run("check")
    assert found.returncode == 1
    assert (
        "error proposal: this issue was composed alone, and nobody has agreed to it; newsletter review 1"
        in found.stdout
    )
    assert "nobody has agreed to it" in week.run("send", "1").stdout
    week.change("issues/001.md", "proposal = true\n", "")
    assert "proposal" not in week.run("check").stdout


def test_a_program_reads_what_was_proposed_and_what_was_passed_by(week):
    found = json.loads(week.ok("pick", "--auto", "--json"))
    assert (found["issue"], found["proposal"], found["created"]) == (1, True, True)
    (outage,) = (one for one in found["picked"] if one["also"])
    assert outage["section"] == "Cloud"
    new = outage["terms"].pop("new")
    assert outage["terms"] == {"feed": 0.25, "story": 0.1, "noted": 0.2}
    assert round(outage["score"] - new, 2) == 0.55
    assert found["passed"]["no title or link"] == 1
    before = week.path("issues/001.md").read_bytes()
    said = week.fails(2, "pick", "--auto")
    assert "no story that waits is good enough for an issue" in said
    assert "there is no room: it has" in week.fails(2, "pick", "--auto", "--limit", "1")
    assert week.path("issues/001.md").read_bytes() == before
    assert "--auto takes" in week.fails(2, "pick", "--auto", "--newest")
