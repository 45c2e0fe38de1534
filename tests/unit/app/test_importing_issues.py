"""Past issues of other tools: issue files with receipts, that repeat nothing and that the archive has."""

import re
from datetime import UTC, date, datetime

import pytest
from past_exports import BUTTONDOWN, BUTTONDOWN_JSON, MAILCHIMP, PULLED, QUEUES, SUBSTACK, packed

from newsletter.app import open_newsletter
from newsletter.app.archive import public_issues
from newsletter.app.building import build
from newsletter.app.checking import check_issue
from newsletter.app.importing import Wanted, import_past
from newsletter.app.plan import plan, require_here
from newsletter.app.sample import make_sample
from newsletter.errors import InputError, SendError
from newsletter.model.article import Article
from newsletter.sources.rich_html import blocks_of


@pytest.fixture
def newsletter(tmp_path):
    make_sample(tmp_path / "desk")
    for path in (tmp_path / "desk" / "issues").iterdir():
        path.unlink()
    opened = open_newsletter(tmp_path / "desk")
    yield opened
    opened.close()


def taken(newsletter, path, **wanted):
    result = import_past(newsletter, path, Wanted(**wanted))
    return result, [newsletter.issues.read(file) for file in newsletter.issues.paths().values()]


def files(newsletter):
    return {path.name: path.read_bytes() for path in newsletter.issues.folder.iterdir()}


def test_substack_becomes_issues_by_date_with_receipts(newsletter, tmp_path):
    result, issues = taken(newsletter, packed(tmp_path, SUBSTACK))
    assert [(issue.number, issue.date, issue.subject) for issue in issues] == [
        (1, date(2024, 3, 10), 'Queues, "moved"'),
        (2, date(2024, 4, 1), "Logs that last"),
        (3, date(2024, 5, 1), "For payers"),
    ]
    assert [issue.imported_from for issue in issues] == ["substack:101", "substack:102", "substack:103"]
    assert (issues[0].preheader, result.drafts, result.tool) == ("The subtitle", 1, "substack")
    assert [remark.what for remark in result.remarks] == ['"About" is no issue, but a page']
    (receipt,) = newsletter.issues.receipts_of(1)
    assert (receipt.ledger, receipt.host, receipt.list) == ("imported:substack", "Substack", issues[0].list)
    assert receipt.started == datetime(2024, 3, 10, 12, 5, tzinfo=UTC)
    assert newsletter.issues.newest_unsent() is None


def test_each_link_of_an_imported_issue_counts_as_run(newsletter, tmp_path):
    taken(newsletter, packed(tmp_path, SUBSTACK))
    past = newsletter.past()
    for link, number in (
        ("https://acme.example/a_b(c)?x=1&y=2", 1),
        ("https://www.acme.example/moka_2/?utm_source=x", 1),
        ("https://acme.example/logs", 2),
    ):
        assert past.sent(Article(id="aaaaaaaaaaaaa", link=link)).number == number, link
    assert past.sent(Article(id="aaaaaaaaaaaaa", link="https://acme.example/other")) is None
    assert past.sent(Article(id="aaaaaaaaaaaaa", link="https://w.example/subscribe")) is None


def test_html_becomes_markdown_that_reads_the_same(newsletter, tmp_path):
    _, (issue, *_) = taken(newsletter, packed(tmp_path, SUBSTACK))
    assert "[the *post*](https://acme.example/a_b%28c%29?x=1&y=2).\\\nSecond line." in issue.intro.markdown
    text = issue.path.read_text()
    body = text[text.index("+++", 3) + 3 :]
    assert "Subscribe" not in body
    assert [(section.name and section.name.markdown, len(section.articles)) for section in issue.sections] == [
        ("Links of the week", 2)
    ]
    moka, prose = issue.articles
    assert (moka.title.markdown, moka.link) == (r"Next Gen \* Moka (Part 2)", "https://acme.example/moka_2")
    assert moka.words.markdown.startswith("Why it matters: they did it at night.\n\n- one\n- nested\n- two")
    assert moka.words.markdown.endswith("\\# not a heading")
    assert prose.title.markdown == r"Prose \{#x}"
    html = build(newsletter, issue.path).rendered.html
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    for words in (
        "Hello all, see the post.",
        "A caption",
        "Prose {#x}",
        "1. not a list &lt;script&gt; {{ x }} and [a](b)",
        "Second line.",
    ):
        assert words in shown, words
    assert 'alt="A [chart]"' in html
    assert "Nothing below" in shown


def test_an_imported_issue_is_in_the_archive_unless_it_was_paid_for(newsletter, tmp_path):
    taken(newsletter, packed(tmp_path, SUBSTACK))
    shown = public_issues(newsletter)
    assert [(issue.number, issue.kept) for issue in shown.issues] == [(2, True), (1, True)]
    assert "archive = false" in shown.withheld[3]
    assert "one link" in (newsletter.issues.folder / "002.html").read_text()


def test_an_imported_issue_cannot_be_sent_again(newsletter, tmp_path):
    taken(newsletter, packed(tmp_path, SUBSTACK))
    with pytest.raises(SendError, match=r"002 was sent by Substack, 2024-04-01 .*, before it was imported"):
        require_here(newsletter, 2)
    with pytest.raises(SendError, match=r"002\.md: 002 was sent by Substack before it was imported; newsletter new"):
        plan(newsletter, newsletter.issues.find("2"))


def test_an_imported_issue_need_not_be_as_ours_are(newsletter, tmp_path):
    _, (issue, *_) = taken(newsletter, packed(tmp_path, SUBSTACK))
    found = {finding.rule for finding in check_issue(newsletter, issue, newsletter.render(issue))}
    assert not found & {"why-missing", "points-missing", "series-order"}
    assert "image-remote" in found


def test_what_substack_mailed_is_an_issue_whatever_its_kind(newsletter, tmp_path):
    head = SUBSTACK["posts.csv"].partition("\n")[0]
    kinds = ("video", "adhoc_email", "thread", "Podcast")
    rows = [f"{n}.a,2024-01-0{n}T08:00:00Z,true,,,{kind},everyone,T{n},," for n, kind in enumerate(kinds, 1)]
    pages = {f"posts/{n}.a.html": f"<p><a href='https://acme.example/{n}'>x</a></p>" for n in range(1, 5)}
    result, issues = taken(newsletter, packed(tmp_path, {"posts.csv": "\n".join([head, *rows]), **pages}))
    assert [(issue.subject, issue.archive) for issue in issues] == [("T1", None), ("T2", False), ("T4", None)]
    assert [remark.what for remark in result.remarks] == ['"T3" is no issue, but a thread']
    assert newsletter.past().sent(Article(id="aaaaaaaaaaaaa", link="https://acme.example/2")).number == 2


def test_importing_twice_adds_nothing_and_a_newer_export_what_is_new(newsletter, tmp_path):
    older = {
        **SUBSTACK,
        "posts.csv": SUBSTACK["posts.csv"].replace("103.paid,2024-05-01T08:00:00.000Z,true", "103.paid,,false"),
    }
    taken(newsletter, packed(tmp_path, older))
    before = files(newsletter)
    again, _ = taken(newsletter, packed(tmp_path, older))
    assert (again.issues, again.known, files(newsletter)) == ((), 2, before)
    newer, issues = taken(newsletter, packed(tmp_path, SUBSTACK))
    assert ([one.number for one in newer.issues], newer.known, issues[-1].imported_from) == ([3], 2, "substack:103")
    assert {name: data for name, data in files(newsletter).items() if name in before} == before


def test_an_import_that_died_between_two_files_goes_on(newsletter, tmp_path):
    taken(newsletter, packed(tmp_path, SUBSTACK))
    whole = files(newsletter)
    (newsletter.issues.folder / "002.md").unlink()  # its page and receipt are there already
    for name in ("003.md", "003.html", "003.receipt.toml"):
        (newsletter.issues.folder / name).unlink()
    result, _ = taken(newsletter, packed(tmp_path, SUBSTACK))
    assert ([one.number for one in result.issues], files(newsletter)) == ([2, 3], whole)


def test_a_dry_run_writes_nothing(newsletter, tmp_path):
    result, issues = taken(newsletter, packed(tmp_path, SUBSTACK), dry_run=True)
    assert ([one.links for one in result.issues], issues, files(newsletter)) == ([3, 1, 0], [], {})


def test_numbers_that_are_taken_are_refused_with_what_to_do(newsletter, tmp_path):
    own = newsletter.issues.create({"subject": "Mine"})
    before = files(newsletter)
    with pytest.raises(InputError, match=r"3 past issues need the numbers 1 to 3, and 1 is taken; --first 2 puts"):
        taken(newsletter, packed(tmp_path, SUBSTACK))
    assert files(newsletter) == before
    result, _ = taken(newsletter, packed(tmp_path, SUBSTACK), first=2)
    assert [one.number for one in result.issues] == [2, 3, 4]
    assert own.read_bytes() == before["001.md"]


@pytest.mark.parametrize("export", [BUTTONDOWN, BUTTONDOWN_JSON])
def test_buttondown_is_read_from_its_export(newsletter, tmp_path, export):
    result, (plain, members) = taken(newsletter, packed(tmp_path, export))
    assert (plain.subject, members.archive, result.drafts) == ("Plain: a, subject", False, 1)
    assert [article.link for article in plain.articles] == ["", "https://acme.example/piece"]
    past = newsletter.past()
    assert all(
        past.sent(Article(id="aaaaaaaaaaaaa", link=f"https://acme.example/{name}")) for name in ("one", "two", "piece")
    )


def test_buttondown_is_read_from_the_folder_that_its_command_line_pulls(newsletter, tmp_path):
    for name, text in PULLED.items():
        path = tmp_path / "pulled" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result, (issue,) = taken(newsletter, tmp_path / "pulled")
    assert (issue.subject, issue.preheader, issue.imported_from) == ("Pulled: first", "The preview", "buttondown:em_9")
    assert (result.tool, result.drafts) == ("buttondown", 1)


def test_mailchimp_is_joined_by_title_or_subject_and_says_what_has_no_text(newsletter, tmp_path):
    result, (first, second) = taken(newsletter, packed(tmp_path, MAILCHIMP))
    assert (first.subject, second.subject) == ("Été à la plage", "The second")
    assert [(remark.line, remark.harmless) for remark in result.remarks] == [(4, False), (0, True)]
    assert '"No text" has no text in the export' in result.remarks[0].what
    text = first.path.read_text()
    assert "post one" in text
    assert "*|" not in text
    assert "unsubscribe" not in text
    assert "browser" not in text
    assert newsletter.issues.receipts_of(1)[0].started.astimezone(newsletter.settings.timezone).hour == 18
    past = newsletter.past()
    for name, number in (("one", 1), ("two", 2)):
        link = f"https://www.acme.example/{name}?mc_cid=1&mc_eid=2"
        assert past.sent(Article(id="aaaaaaaaaaaaa", link=link)).number == number


@pytest.mark.parametrize(
    "content, words",
    [
        (b"no zip", "this is no ZIP archive"),
        ({"a.txt": "x"}, r"no export of past issues in this; it would have emails.json or emails.csv \(buttondown\)"),
        ({"emails.json": "[{"}, "emails.json: this is not JSON; ask for the export again"),
        ({"emails.json": '{"a": 1}'}, "emails.json: this is no list of emails with subjects"),
        ({"posts.csv": "id,name\n1,x\n"}, r'posts.csv:1: there is no column "post_id"'),
        ({"posts.csv": "post_id,title,is_published\n"}, "no past issue in this export of substack"),
    ],
)
def test_what_is_no_export_is_an_error_that_says_so(newsletter, tmp_path, content, words):
    path = tmp_path / "export.zip"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        packed(tmp_path, content)
    with pytest.raises(InputError, match=words):
        taken(newsletter, path)
    assert files(newsletter) == {}


def test_blocks_of_any_html_are_read_without_an_error():
    for at in range(0, len(QUEUES), 7):
        blocks_of(QUEUES[:at])
    assert blocks_of("<div>" * 1000 + "deep" + "</div>" * 1000)
