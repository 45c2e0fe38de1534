import datetime
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from threading import Barrier

import pytest

from newsletter.composer.issue_text import IssueText
from newsletter.composer.issues import IssueFolder
from newsletter.composer.past import Past
from newsletter.composer.picking import Rules, choose, require_free
from newsletter.composer.pool import Decision, Entry
from newsletter.composer.receipt import Receipt, read_receipts, receipt_path, write_receipts
from newsletter.errors import IssueError, PoolError
from newsletter.model.article import Article

START = datetime.datetime(2026, 11, 27, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return IssueFolder(tmp_path)


def write(folder, number, body="", name=None, day="2026-11-27"):
    path = folder.folder / (name or f"{number:03d}.md")
    path.write_text(f'+++\nnumber = {number}\ndate = {day}\nsubject = "S"\nlist = "weekly"\n+++\n{body}')
    return path


def send(path):
    write_receipts(receipt_path(path, path.name[:3]), [Receipt(ledger="l", host="h", list="weekly", started=START)])


def test_an_issue_is_found_by_number_by_padded_number_and_by_path(folder):
    path = write(folder, 42, name="042-moka.md")
    assert folder.find("42") == folder.find("042") == folder.find(str(path)) == path


def test_an_issue_that_is_not_there_names_those_that_are(folder):
    write(folder, 1)
    with pytest.raises(IssueError, match="there is no issue 7; issues here: 1"):
        folder.find("7")
    with pytest.raises(IssueError, match="there is no such issue file"):
        folder.find("nowhere.md")


def test_two_files_of_one_number_are_an_error(folder):
    write(folder, 1)
    write(folder, 1, name="001-again.md")
    with pytest.raises(IssueError, match=r"001-again\.md"):
        folder.paths()


def test_the_newest_unsent_issue_is_the_default(folder):
    one, two, three = (write(folder, number) for number in (1, 2, 3))
    send(three)
    send(one)
    assert folder.default(None) == two
    send(two)
    with pytest.raises(IssueError, match="there is no unsent issue"):
        folder.default(None)


def test_a_new_issue_goes_on_where_the_last_ones_stopped(folder):
    write(folder, 1, day="2026-11-06")
    write(folder, 2, day="2026-11-20")
    issue = folder.read(folder.create({"subject": 'Say "hi"'}))
    assert (issue.number, issue.date, issue.list, issue.subject) == (
        3,
        datetime.date(2026, 12, 4),
        "weekly",
        'Say "hi"',
    )


BLOCK = "### [A](https://a.example/) {#a}\n\n- One\n"


def edited(text, **kwargs):
    return IssueText(path="x.md", text=text).with_article(BLOCK, **kwargs).text


def test_a_block_is_added_at_the_end_or_at_the_end_of_its_section():
    head = "+++\nnumber = 1\n+++\n"
    assert edited(head) == f"{head}\n{BLOCK}"
    assert edited(f"{head}\nIntro\n") == f"{head}\nIntro\n\n{BLOCK}"
    body = f"{head}\n## One\n\n### X {{#x}}\n\n## Two\n\n### Y {{#y}}\n"
    assert edited(body, section="one") == body.replace("\n## Two", f"\n{BLOCK}\n## Two")
    assert edited(body, section="two") == f"{body}\n{BLOCK}"
    assert edited(body, section="Three") == f"{body}\n## Three\n\n{BLOCK}"


@pytest.mark.parametrize(
    "text",
    ["+++\r\nnumber = 1 # mine\r\n+++\r\nA\r\n", "\ufeff+++\nnumber = 1\n+++\n\n\n  odd  \n", "+++\nnumber=1\n+++"],
)
def test_a_file_that_nobody_changed_is_written_byte_for_byte(text):
    data = text.encode()
    assert IssueText.decode(data, "x.md").encode() == data


def test_front_matter_is_changed_in_place_and_comments_stay():
    text = '+++\nnumber = 1  # mine\nsubject = "a"\n+++\nBody\n'
    changed = IssueText(path="x.md", text=text).with_values({"subject": "b", "articles": {"x": {"found": "y"}}}).text
    assert changed == '+++\nnumber = 1  # mine\nsubject = "b"\n\n[articles.x]\nfound = "y"\n+++\nBody\n'


def test_a_receipt_is_read_as_it_was_written(tmp_path):
    receipt = Receipt(
        ledger="l",
        host="mk-laptop",
        list="weekly",
        started=START,
        subject='Say "hi" — now',
        issue_sha256="ab",
        counts={"accepted": 3, "refused": 1},
    )
    path = tmp_path / "042.receipt.toml"
    write_receipts(path, [receipt, receipt])
    assert read_receipts(path) == (receipt, receipt)
    assert path.read_text().startswith("# Written by newsletter")
    assert read_receipts(tmp_path / "none.toml") == ()


@pytest.mark.parametrize("text", ["[[mailing]]\nmood = 1\n", "mailing = 3\n", "[[mailing"])
def test_a_receipt_that_newsletter_did_not_write_is_an_error(tmp_path, text):
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(IssueError):
        read_receipts(tmp_path / "r.toml")


def entry(id, decision=Decision.NEW, **facts):
    return Entry(article=Article(id=id, **facts), decision=decision, added=id)


def test_rules_take_what_is_new_and_has_run_nowhere(folder):
    send(write(folder, 1, "### [Sent](https://s.example/x?utm_source=a) {#sent}\n"))
    write(folder, 2, "### Picked {#picked}\n")
    entries = [
        entry("sent"),
        entry("other", link="http://www.s.example/x"),
        entry("picked"),
        entry("held", Decision.HELD),
        entry("dropped", Decision.DROPPED),
        entry("new"),
    ]
    assert [article.id for article in choose(entries, Past(folder), Rules())] == ["new"]


def test_rules_take_one_of_two_that_have_one_address(folder):
    entries = [
        entry("a", link="https://z.example/1"),
        entry("b", link="http://www.z.example/1/"),
        entry("c", link="https://z.example/2"),
    ]
    assert [article.id for article in choose(entries, Past(folder), Rules())] == ["a", "c"]


def test_rules_limit_all_and_each_source_and_take_the_newest_first(folder):
    entries = [
        entry("a", source="X", published="2025"),
        entry("b", source="X", published="2026"),
        entry("c", source="Y"),
        entry("d", link="https://www.z.example/1"),
        entry("e", link="https://z.example/2"),
    ]

    def ids(**rules):
        return [article.id for article in choose(entries, Past(folder), Rules(**rules))]

    assert ids(limit=2) == ["a", "b"]
    assert ids(per_source=1) == ["a", "c", "d"]
    assert ids(newest=True, limit=3) == ["b", "a", "e"]
    assert ids(newest=True, per_source=1, limit=3) == ["b", "e", "c"]


def test_an_article_of_a_sent_issue_is_refused_unless_a_reason_is_given(folder):
    send(write(folder, 1, "### Sent {#sent}\n"))
    with pytest.raises(PoolError, match='ran in issue 1; to run it anew, say why: --again "REASON"'):
        require_free(entry("sent"), Past(folder), 2, "")
    require_free(entry("sent"), Past(folder), 2, "a correction")


def test_an_article_of_another_unsent_issue_and_a_dropped_one_are_refused(folder):
    write(folder, 1, "### A {#a}\n")
    with pytest.raises(PoolError, match="is in issue 1 already"):
        require_free(entry("a"), Past(folder), 2, "")
    require_free(entry("a"), Past(folder), 1, "")
    with pytest.raises(PoolError, match="was dropped: ; newsletter pool restore b"):
        require_free(entry("b", Decision.DROPPED), Past(folder), 2, "")


def test_a_correction_keeps_no_rhythm(folder):
    write(folder, 1, day="2026-11-13")
    write(folder, 2, day="2026-11-20")
    correction = folder.create({"date": datetime.date(2026, 11, 21), "subject": "Sorry", "correction_of": 2})
    assert folder.read(correction).correction_of == 2
    assert folder.read(folder.create({"subject": "Next"})).date == datetime.date(2026, 11, 27)


def test_issues_that_are_made_at_once_have_numbers_of_their_own(folder):
    together = Barrier(8)

    def make(number):
        together.wait()
        return folder.create({"subject": f"S{number}", "list": "weekly"})

    with ThreadPoolExecutor(8) as several:
        paths = list(several.map(make, range(8)))
    assert sorted(path.name for path in paths) == [f"{number:03d}.md" for number in range(1, 9)]
    assert {folder.read(path).subject for path in paths} == {f"S{number}" for number in range(8)}


def test_what_two_write_into_an_issue_at_once_is_all_in_it(folder):
    path = write(folder, 1, "\nWords of mine.\n")

    def add(number):
        block = f"### [T{number}](https://example.com/{number}) {{#{number * 13}}}\nAcme"
        folder.edit(path, [("", block)], {"articles": {number * 13: {"found": "feed:a"}}})

    with ThreadPoolExecutor(8) as several:
        list(several.map(add, "abcdefgh"))
    assert {article.id for article in folder.read(path).articles} == {number * 13 for number in "abcdefgh"}
