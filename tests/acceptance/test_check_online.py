"""``check --online`` asks where links lead, says so at their lines, and remembers it for a day."""

import json

import pytest
from web_site import Says, web_site


@pytest.fixture
def linked(sample):
    """The sample whose first article leads to a site on this machine."""
    with web_site({"/gone": Says(status=410), "/": Says()}) as site:
        path = sample.path("issues/001.md")
        lines = path.read_text(encoding="utf-8").splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("### ["))
        lines = [line if not line.startswith("### [") else line.partition("](")[0] + f"]({site.url}/{number})"
                 + line[line.rindex(" {") :] for number, line in enumerate(lines)]  # fmt: skip
        lines[first] = lines[first].replace(f"{site.url}/{first})", f"{site.url}/gone)")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        yield sample, site, first + 1


def test_a_page_that_is_gone_is_an_error_at_its_line(linked):
    desk, site, line = linked
    done = desk.run("check", "--online", "--private")
    assert done.returncode == 1
    assert f"issues/001.md:{line}: error link-dead: {site.url}/gone answers 410" in done.stdout
    assert "asking links: 8 of 8" in done.stderr
    asked = len(site.asked)
    assert asked == 8
    assert desk.run("check", "--online", "--private").returncode == 1
    assert len(site.asked) == asked, "what was asked today is remembered"


def test_without_online_nothing_is_asked(linked):
    desk, site, _ = linked
    assert "link-dead" not in desk.ok("check")
    assert site.asked == []


def test_this_machine_is_not_asked_unless_it_is_said(linked):
    desk, site, line = linked
    told = desk.ok("check", "--online")
    assert f"issues/001.md:{line}: warning link-unreachable" in told
    assert "private network" in told
    assert site.asked == []
    assert "--private goes with --online" in desk.fails(2, "check", "--private")


def test_what_is_remembered_may_be_damaged(linked):
    desk, site, _ = linked
    desk.path(".newsletter").mkdir(exist_ok=True)
    for damaged in ("{", '{"a": 3}', '["b"]', json.dumps({"https://a": {"asked": "never"}})):
        desk.path(".newsletter/links.json").write_text(damaged)
        assert desk.run("check", "--online", "--private").returncode == 1
    assert len(site.asked) == 8 * 4
