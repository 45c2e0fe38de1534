"""Input that nobody expected: nothing is lost, nothing is half-written, and the line says what to do."""

import json

import pytest

WHY = "Why it matters: It does.\n• One\n"


def added(desk, text: str, name: str = "-") -> dict:
    """Add *text*, and return the last article of the pool."""
    if name == "-":
        desk.run("add", "-", typed=text)
    else:
        desk.path(name).write_text(text, encoding="utf-8")
        desk.run("add", name)
    rows = json.loads(desk.ok("pool", "list", "--json"))
    return rows[-1] if rows else {}


@pytest.fixture
def empty(desk):
    desk.ok("init")
    return desk


@pytest.mark.parametrize("link", ["https://example.com:abc/x", "http://[::1/x"])
def test_a_link_that_cannot_be_read_is_kept_and_found_by_check(empty, link):
    assert added(empty, json.dumps([{"title": "A", "link": link, "why": "W"}]))["link"] == link
    empty.ok("pick", "--limit", "1", "--per-source", "1")
    assert "link-malformed" in empty.run("check").stdout
    empty.ok("pool")


def test_what_is_not_understood_by_its_name_is_by_its_beginning(empty):
    assert added(empty, f"[Moka](https://example.com/m)\n{WHY}", "a.txt")["link"] == "https://example.com/m"
    assert added(empty, "title,link\nCommas,https://example.com/c\n")["title"] == "Commas"
    assert added(empty, '[{"title": "List"}]')["title"] == "List"


@pytest.mark.parametrize(
    "date, kept",
    [
        ("Wed, 10 Sep 2025 08:00:00 +0200", "2025-09-10"),
        ("2025-09-10T08:00:00Z", "2025-09-10"),
        ("2025-09", "2025-09"),
        ("2025", "2025"),
        ("next week", ""),
    ],
)
def test_a_date_is_a_date_or_is_told(empty, date, kept):
    done = empty.run("add", "-", typed=json.dumps([{"title": "A", "date": date}]))
    (row,) = json.loads(empty.ok("pool", "list", "--json"))
    assert row.get("published", "") == kept
    assert ("next week" in done.stdout) is (kept == "")


def test_brackets_in_a_title_are_no_list(empty):
    text = f"---\ntitle: [Sponsored] The state of X [2025]\nlink: https://example.com/x\n---\n\n{WHY}"
    assert added(empty, text, "a.md")["title"] == "[Sponsored] The state of X [2025]"


def test_the_articles_of_a_list_have_their_lines(empty):
    text = '{"version": 1,\n "items": [\n {"title": "A"},\n {"title":\n "B"}, 7\n ]}'
    done = empty.run("add", "-", "--json", typed=text)
    (told,) = json.loads(done.stdout)
    assert [row["first_line"] for row in told["rows"]] == [3, 4]
    assert [remark["line"] for remark in told["remarks"]] == [5]


def test_titles_of_pictures_alone_are_different_titles(empty):
    added(empty, json.dumps([{"title": "🎉"}, {"title": "🚀"}]))
    assert len(json.loads(empty.ok("pool", "list", "--json"))) == 2


def test_a_line_separator_in_a_cell_ends_no_row(empty):
    assert added(empty, 'title,link\n"A\u2028B",https://example.com/x\n', "a.csv")["link"] == "https://example.com/x"


def test_halves_of_characters_and_controls_become_a_mark(empty):
    assert added(empty, '[{"title": "A \\ud800 B \\u0007 C"}]')["title"] == "A \ufffd B \ufffd C"
    empty.ok("pick", "--all")


@pytest.mark.parametrize("text", ['[{"minutes": ' + "1" * 5000 + "}]", '[{"points": ' + "[" * 100_000])
def test_json_that_is_too_much_is_one_line(empty, text):
    assert "newsletter: -: " in empty.fails(2, "add", "-", typed=text)


def test_a_long_title_without_spaces_is_shown_by_its_beginning(empty):
    said = empty.run("add", "-", typed=json.dumps([{"title": "長" * 200, "link": "https://example.com/x"}])).stdout
    assert "長" * 59 + "…" in said
    assert "長" * 60 not in said


def test_of_several_files_none_is_added_when_one_cannot_be_read(empty):
    empty.path("a.txt").write_text(f"A\nhttps://example.com/a\n{WHY}")
    empty.path("b.json").write_text("{")
    assert "b.json" in empty.fails(2, "add", "a.txt", "b.json")
    assert "the pool is empty" in empty.ok("pool")


def test_a_pick_that_fails_makes_no_issue(empty):
    added(empty, f"A\nhttps://example.com/a\n{WHY}")
    (row,) = json.loads(empty.ok("pool", "list", "--json"))
    empty.ok("pool", "edit", row["id"], "--source", "x" * 300)
    empty.fails(2, "pick", "--all")
    assert list(empty.path("issues").iterdir()) == []


def test_nothing_is_picked_into_an_issue_that_was_sent(sending):
    sending.ok("send", "1", "--really", "--yes")
    before = sending.path("issues/001.md").read_bytes()
    sending.ok("add", "-", typed=f"Later\nhttps://example.com/later\n{WHY}")
    assert "this issue was sent" in sending.fails(2, "pick", "--all", "--issue", "1")
    assert sending.path("issues/001.md").read_bytes() == before


def test_an_article_below_an_open_fence_is_refused(sample):
    sample.ok("new", "--subject", "S")
    path = sample.path("issues/002.md")
    path.write_text(path.read_text() + "\n```\ncode\n")
    before = path.read_bytes()
    sample.ok("add", "-", typed=f"Later\nhttps://example.com/later\n{WHY}")
    assert "code block" in sample.fails(2, "pick", "--all")
    assert path.read_bytes() == before


def test_lines_keep_the_ends_that_they_have(sample):
    path = sample.path("issues/001.md")
    lines = path.read_bytes().split(b"\n")
    lines[30] += b"\r"
    path.write_bytes(b"\n".join(lines))
    sample.ok("add", "-", typed=f"Later\nhttps://example.com/later\n{WHY}")
    sample.ok("pick", "--all")
    after = path.read_bytes()
    assert after.count(b"\r\n") == 1
    assert lines[30] + b"\n" in after


def test_a_mistake_in_an_old_issue_does_not_keep_the_editor(sample):
    text = sample.path("issues/001.md").read_bytes()
    sample.path("issues/001.md").write_bytes(text + b"\n### \n\n\xff\n")
    sample.ok("pool")
    sample.path("issues/001.md").write_bytes(text + b"\n#### too deep {#x}\n\n### {.what}\n")
    assert "made issues/002.md" in sample.ok("new")


def test_after_the_last_day_there_is_still_a_next_issue(sample):
    path = sample.path("issues/001.md")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[2] = "date = 9999-12-31\n"
    path.write_text("".join(lines), encoding="utf-8")
    sample.ok("new")


def test_toml_that_is_too_much_is_one_line(sample):
    path = sample.path("issues/001.md")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("number = 1\n", f"number = {'1' * 5000}\n", 1), encoding="utf-8")
    assert "issues/001.md" in sample.fails(2, "check", "1")
    path.write_text(text.replace("number = 1\n", f"number = {'[' * 3000}\n", 1), encoding="utf-8")
    assert "issues/001.md" in sample.fails(2, "check", "1")


def test_a_slip_in_the_editor_loses_no_word(sample):
    sample.env["EDITOR"] = "sh -c 'echo \"title = [my long work\" >> $0'"
    said = sample.fails(2, "pool", "edit", "pclhh")
    assert "is kept in .newsletter/pclhhs25iyhzb.toml" in said
    assert "my long work" in sample.path(".newsletter/pclhhs25iyhzb.toml").read_text()


def test_a_list_with_a_bad_name_has_its_line(sample):
    sample.change("newsletter.toml", "[lists.weekly]", "[lists.Weekly]")
    line = sample.path("newsletter.toml").read_text().splitlines().index("[lists.Weekly]") + 1
    assert f'newsletter.toml:{line}: "Weekly" is no name of a list' in sample.fails(2, "check", "1")
