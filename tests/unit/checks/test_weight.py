"""What a mail weighs, by cause and by article, and where Gmail would cut it off."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from newsletter.checks.rule import Finding, Subject
from newsletter.checks.run import check
from newsletter.checks.weight import GMAIL_CLIP, weigh
from newsletter.model.issue import Issue, Passage, PickedArticle, Section
from newsletter.model.mail import RenderedIssue


def articles(count: int) -> tuple[PickedArticle, ...]:
    return tuple(
        PickedArticle(
            id=f"a{n}", title=Passage(markdown=f"Title *{n}* & `more`", line=10 * n), link="https://a.example"
        )
        for n in range(1, count + 1)
    )


def cell(number: int, size: int) -> str:
    return f"<tr><td><h3><a href='#'>Title <em>{number}</em> &amp; <code>more</code></a></h3>{'x' * size}</td></tr>"


def mail(*cells: str, foot: str = "") -> str:
    head = "<html><head><style>a{}</style></head><body><ol><li>Title 1</li></ol>"
    return f"{head}<table>{''.join(cells)}</table>{foot}</body>"


def found(html: str, count: int) -> list[Finding]:
    section = Section(name=None, articles=articles(count))
    issue = Issue(path=Path("issues/042.md"), number=42, date=date(2026, 11, 27), subject="Moka", sections=(section,))
    rendered = RenderedIssue(number=42, subject="Moka", mjml="", html=html, text="Moka", tokens={})
    return [one for one in check(Subject(issue=issue, rendered=rendered)) if one.rule.startswith("size")]


def test_every_byte_has_one_cause() -> None:
    body = '<body style="a:b"><!--[if mso]><p style="c:d"><![endif]--> <p style=\'e\' id="f">Zoë</p></body>'
    html = f"<html><head>é</head>{body}"
    weight = weigh(html, ())
    assert weight.head == len("<html><head>é</head>".encode())
    assert weight.styles == len(' style="a:b"') + len(" style='e'")
    assert weight.comments == len('<!--[if mso]><p style="c:d"><![endif]-->')
    assert weight.text == len("Zoë".encode())
    assert weight.markup == len('<body> <p id="f"></p></body>')
    assert weight.total == len(html.encode())
    assert weight.causes().startswith("Outlook comments 40, ")


def test_an_article_weighs_from_its_heading_to_the_next_and_the_last_to_the_end_of_its_cell() -> None:
    html = mail(cell(1, 10), cell(2, 500), cell(3, 90), foot="z" * 1000)
    weight = weigh(html, articles(3))
    assert [share.index for share in weight.shares] == [0, 1, 2]
    assert [html.encode()[share.start : share.start + 4] for share in weight.shares] == [b"<h3>"] * 3
    assert [share.size for share in weight.shares] == [
        len(cell(1, size)) - (i == 2) * len("<tr><td></tr>") for i, size in enumerate((10, 500, 90))
    ]


def test_an_article_whose_heading_the_theme_leaves_out_is_passed_over() -> None:
    assert [share.index for share in weigh(mail(cell(1, 10), cell(3, 10)), articles(3)).shares] == [0, 2]


def test_an_article_without_a_title_is_known_by_its_link() -> None:
    bare = replace(articles(1)[0], title=Passage(markdown="🎉", line=1), link="https://a.example/?a&b")
    html = "<body><h2><a href='https://a.example/?a&amp;b'>🎉</a></h2>"
    assert [share.index for share in weigh(html, (bare,)).shares] == [0]


def test_too_large_a_mail_says_by_how_much_in_which_article_and_why() -> None:
    (fault,) = found(mail(*(cell(n, 30_000) for n in range(1, 6))), 5)
    assert (fault.rule, fault.line) == ("size", 40)
    total = len(mail(*(cell(n, 30_000) for n in range(1, 6))))
    assert fault.what.startswith(
        f'{total:,} bytes: {total - GMAIL_CLIP:,} too many; Gmail clips in article 4, "Title *4* & `more`"; text 150,'
    )
    assert re.search(r"an article has 30,\d\d\d bytes on average", fault.todo)


def test_a_footer_that_is_clipped_is_said_to_be_behind_the_last_article() -> None:
    (fault,) = found(mail(cell(1, 100), foot="z" * GMAIL_CLIP), 1)
    assert fault.line == 10
    assert 'Gmail clips behind article 1, "Title' in fault.what


def test_from_nine_tenths_on_there_is_a_warning() -> None:
    small = mail(cell(1, 0))
    assert found(small, 1) == found(mail(cell(1, GMAIL_CLIP * 9 // 10 - len(small) - 1)), 1) == []
    (near,) = found(mail(cell(1, GMAIL_CLIP * 9 // 10 - len(small))), 1)
    assert (near.rule, near.line) == ("size-near", 1)
    assert near.what.startswith("92,160 bytes: 90% of what Gmail shows; text 9")
    (still,) = found(mail(cell(1, GMAIL_CLIP - len(small))), 1)
    assert still.rule == "size-near"
