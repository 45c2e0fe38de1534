"""Input that nobody expected: nothing is lost, nothing is half-written, and the line says what to do."""

import json
import subprocess
import sys
from pathlib import Path

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


def test_an_article_that_cannot_stand_in_an_issue_is_named_and_nothing_is_made(empty):
    """The error is of the article in the pool, not of a line of an issue that is not there."""
    id = added(empty, f"A\nhttps://example.com/a\n{WHY}")["id"]
    for source in ("x" * 300, "a\x07b"):
        pool = next(empty.path("pool").iterdir())
        event = {"at": "2099-01-01T00:00:00+00:00", "event": "edited", "id": id, "article": {"source": source}}
        pool.write_text(pool.read_text(encoding="utf-8") + json.dumps(event) + "\n", encoding="utf-8")
        said = empty.fails(2, "pick", "--all")
        assert f"{id} (A) cannot stand in an issue: " in said
        assert f"newsletter pool edit {id} mends it" in said
        assert list(empty.path("issues").iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("new", "--subject", "caf\udce9"),
        ("new", "--preheader", "a\nb"),
        ("pool", "hold", "ID", "\udcff"),
        ("pool", "drop", "ID", "a\x07b"),
        ("pick", "--all", "--section", "a\x07b"),
        ("pick", "--all", "--again", "\udcff"),
    ],
)
def test_words_that_are_no_text_are_refused_in_one_line(empty, words):
    id = added(empty, f"A\nhttps://example.com/a\n{WHY}")["id"]
    before = [path.read_bytes() for path in empty.path("pool").iterdir()]
    said = empty.fails(2, *(id if word == "ID" else word for word in words))
    assert "write it " in said.splitlines()[-1]
    assert [path.read_bytes() for path in empty.path("pool").iterdir()] == before
    assert list(empty.path("issues").iterdir()) == []


def test_an_edit_from_the_shell_keeps_no_character_that_mail_cannot_hold(empty):
    id = added(empty, f"A\nhttps://example.com/a\n{WHY}")["id"]
    empty.ok("pool", "edit", id, "--title", "bell \x07", "--point", "half \udce9")
    (row,) = json.loads(empty.ok("pool", "list", "--json"))
    assert (row["title"], row["points"]) == ("bell \ufffd", ["half \ufffd"])
    empty.ok("pick", "--all")


def test_a_number_of_thousands_of_digits_is_no_issue(sample):
    assert "there is no issue 1111" in sample.fails(2, "check", "1" * 5000)
    sample.ok("check", "0001")


def test_a_folder_is_no_issue(sample):
    sample.path("issues/009.md").mkdir()
    sample.ok("pool")
    assert "made issues/002.md" in sample.ok("new")


def test_an_old_issue_that_is_not_utf8_does_not_keep_the_editor_from_the_next(sample):
    path = sample.path("issues/001.md")
    path.write_bytes(path.read_bytes() + b"\n\xff\n")
    assert "made issues/002.md" in sample.ok("new")
    assert "issues/001.md:" in sample.fails(2, "check", "1")


def test_a_line_separator_in_a_text_moves_no_line(sample):
    text = sample.path("newsletter.toml").read_text(encoding="utf-8")
    text = text.replace('tagline = "', 'tagline = "a\u2028b ', 1).replace("[lists.weekly]", "[lists.Weekly]", 1)
    sample.path("newsletter.toml").write_text(text, encoding="utf-8")
    line = text.split("\n").index("[lists.Weekly]") + 1
    assert f'newsletter.toml:{line}: "Weekly" is no name of a list' in sample.fails(2, "check", "1")


def test_a_line_separator_in_front_matter_ends_no_line(empty):
    front = f"---\ntitle: A\u2028B\nlink: https://example.com/x\n---\n\n{WHY}"
    assert added(empty, front, "a.md")["link"] == "https://example.com/x"


def test_a_slip_in_the_editor_is_gone_on_with(sample):
    """The second edit has the words of the first; what was saved beside is gone once it could be read."""
    sample.env["EDITOR"] = "sh -c 'echo \"points = [1\" >> $0'"
    assert "newsletter pool edit pclhhs25iyhzb goes on with it" in sample.fails(2, "pool", "edit", "pclhh")
    sample.env["EDITOR"] = 'sh -c \'sed -i -e /^points/,\\$d -e "s/^title = .*/title = \\"Mended\\"/" $0\''
    assert "changed pclhhs25iyhzb Mended" in sample.ok("pool", "edit", "pclhh")
    assert not sample.path(".newsletter/pclhhs25iyhzb.toml").exists()


def test_an_editor_that_writes_another_encoding_loses_nothing(sample):
    sample.env["EDITOR"] = r"sh -c 'printf \\351 >> $0'"
    said = sample.fails(2, "pool", "edit", "pclhh")
    assert "this is no UTF-8 text" in said
    assert sample.path(".newsletter/pclhhs25iyhzb.toml").read_bytes().endswith(b"\xe9")


def test_the_line_under_a_title_is_its_source(empty):
    row = added(empty, f"First\nhttps://a.example/1\nAcme · 5 min\n{WHY}")
    assert (row["title"], row["source"], row["minutes"]) == ("First", "Acme", 5)
    row = added(empty, f"Source: Foo\nWhy it matters: two\n{WHY.splitlines()[1]}\n")
    assert (row.get("title", ""), row["source"]) == ("", "Foo")


def test_a_table_of_links_that_is_too_short_is_told(empty, digest_text):
    empty.path("l.csv").write_text("Titel,URL\nMoka,https://example.com/m\n")
    done = empty.run("add", "-", "--links", "l.csv", typed=digest_text)
    assert done.returncode == 1
    assert "l.csv has nothing for 7 of the articles: 2, 3, 4, 5, 6, 7, 8" in done.stdout
    assert "l.csv: columns that mean nothing here: Titel" in done.stdout


def test_an_article_that_is_too_long_is_named_and_the_rest_goes_in(empty):
    points = "".join(f"• {'x' * 340}\n" for _ in range(20))
    text = f"Long\nhttps://example.com/l\nWhy it matters: a\n{points}\nFine\nhttps://example.com/f\n{WHY}"
    done = empty.run("add", "-", typed=text)
    assert done.returncode == 1
    assert '-:1: not understood: "Long"' in done.stdout
    assert [row["title"] for row in json.loads(empty.ok("pool", "list", "--json"))] == ["Fine"]


def test_a_sponsor_s_line_keeps_its_words(sample):
    path = sample.path("issues/001.md")
    sponsor = "\n### [Acme](https://example.com/a) {.sponsor}\nAcme · paid for this\n\nQueues that hold.\n"
    path.write_text(path.read_text(encoding="utf-8") + sponsor, encoding="utf-8")
    sample.ok("build", "1")
    text = sample.path(".newsletter/build/001/001.txt").read_text(encoding="utf-8")
    assert "paid for this" in text
    assert "Queues that hold." in text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words, code", [(["pool", "list", "--json"], 2), (["build", "1"], 2)])
def test_output_that_cannot_be_written_is_one_line(sample, words, code):
    command = [sys.executable, "-m", "newsletter", *words]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=sample.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_key_that_was_mistyped_is_named_though_another_is_missing(sample):
    sample.change("newsletter.toml", 'name = "', 'nmae = "')
    lines = sample.path("newsletter.toml").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "nmae" in text)
    said = sample.fails(2, "check")
    assert f'newsletter.toml:{line}: "nmae" is not a known key; did you mean "name"?' in said


def test_a_language_is_a_tag_and_doctor_says_what_the_theme_speaks(sample):
    sample.change("newsletter.toml", 'language = "en"', 'language = "fi"')
    assert "words are English" in sample.run("doctor").stdout
    sample.change("newsletter.toml", 'language = "fi"', 'language = "french please"')
    assert "is no language tag" in sample.fails(2, "check")


def test_an_export_overwrites_nothing_and_goes_where_git_does_not_see_it(sample):
    before = sample.path("newsletter.toml").read_bytes()
    assert "is there already" in sample.fails(2, "subscribers", "export", "-o", "newsletter.toml")
    assert sample.path("newsletter.toml").read_bytes() == before
    subprocess.run(["git", "init", "-q", str(sample.folder)], check=True)
    assert "git would track" in sample.fails(2, "subscribers", "export", "-o", "people.csv")
    assert not sample.path("people.csv").exists()


def test_an_editor_that_fails_is_no_finding(sample):
    sample.env["EDITOR"] = "false"
    sample.fails(2, "edit")


def test_two_clones_of_one_writer_keep_both_sides(sample, tmp_path):
    def git(folder, *words):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *who, "-C", str(folder), *words], check=True, capture_output=True)

    git(sample.folder, "init", "-q", "-b", "main")
    git(sample.folder, "add", "-A")
    git(sample.folder, "commit", "-qm", "x")
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", str(sample.folder), str(other))
    for folder, name in ((sample.folder, "Here"), (other, "There")):
        sample.ok("add", "-", typed=f"{name}\nhttps://example.com/{name}\nWhy it matters: {name}.\n", cwd=folder)
        git(folder, "commit", "-qam", name)
    git(other, "pull", "-q", "--no-rebase", "--no-edit")
    titles = {row["title"] for row in json.loads(sample.ok("pool", "list", "--json", cwd=other))}
    assert {"Here", "There"} <= titles
