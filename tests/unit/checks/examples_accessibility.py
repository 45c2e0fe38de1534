"""For each rule on accessibility a bad example, whose fault is at line 7, and good ones."""

from datetime import date
from pathlib import Path

from newsletter.checks.document import Document
from newsletter.checks.rule import Subject
from newsletter.model.issue import Issue
from newsletter.model.traced import Place, TracedIssue, TracedText

ISSUE = Path("issues/042.md")
THEME = Place(path=Path("templates/digest/issue.mjml.j2"), line=1)
HERE = 'data-place="1"'
"""Marks the element that is at line 7 of the issue, column 3."""
TOP = "<h1>Moka</h1>"


def document(html: str) -> Document:
    places = (THEME, Place(path=ISSUE, line=7, column=3))
    mjml = TracedText(text="", starts=(), places=())
    return Document(TracedIssue(mjml=mjml, html=html, places=places), THEME)


def page(body: str = TOP, head: str = "", title: str = "<title>Moka</title>") -> Subject:
    """Return what is checked: a mail with this in it, and else without fault."""
    return whole(
        f'<html lang="en" dir="ltr"><head>{title}{head}</head><body><div lang="en" dir="ltr">{body}</div></body></html>'
    )


def whole(html: str) -> Subject:
    issue = Issue(path=ISSUE, number=42, date=date(2026, 11, 27), subject="Moka")
    return Subject(issue=issue, rendered=None, document=document(f"<!DOCTYPE html>{html}"))


def css(text: str) -> str:
    return f"<style>{text}</style>"


DARK = "@media (prefers-color-scheme: dark)"

BAD_MAILS = {
    "a11y-lang": whole(
        f'<html {HERE} dir="ltr"><head><title>M</title></head><body><div lang="en" dir="ltr">{TOP}</div></body></html>'
    ),
    "a11y-dir": whole(
        f'<html lang="en" dir="ltr"><head><title>M</title></head><body {HERE}><div lang="en">{TOP}</div></body></html>'
    ),
    "a11y-title": page(title=f"<title {HERE}> </title>"),
    "a11y-table-role": page(f"{TOP}<table {HERE}><tr><td>a</td></tr></table>"),
    "a11y-table-headers": page(f"{TOP}<table {HERE}><thead><tr><td>a</td></tr></thead></table>"),
    "a11y-alt": page(f'{TOP}<img {HERE} src="https://a.example/i.png">'),
    "a11y-headings": page(f"{TOP}<h2>a</h2><h4 {HERE}>b</h4>"),
    "a11y-link-text": page(f'{TOP}<a {HERE} href="https://a.example">Read more →</a>'),
    "a11y-link-colour": page(
        f'{TOP}<p>some words <a {HERE} href="https://a.example" style="text-decoration:none;color:#222">Moka</a></p>'
    ),
    "a11y-contrast-light": page(f'{TOP}<p {HERE} style="color:#888">a</p>'),
    "a11y-contrast-dark": page(
        f"{TOP}<p {HERE}>a</p>", css(f"{DARK} {{ div {{ background: #222; color: #eee }} p {{ color: #888 }} }}")
    ),
    "a11y-unreadable-light": page(f'{TOP}<p {HERE} style="color:#aaa">a</p>'),
    "a11y-unreadable-dark": page(
        f"{TOP}<p {HERE}>a</p>", css(f"{DARK} {{ div {{ background: #222; color: #eee }} p {{ color: #333 }} }}")
    ),
    "a11y-small-text": page(f'{TOP}<p {HERE} style="font-size:11px">a</p>'),
}

GOOD_MAILS = {
    "nothing but a heading": page(),
    "another language": whole(
        '<html lang="zh-Hant" dir="auto"><head><title>M</title></head>'
        '<body><p style="display:none">x</p><div lang="ar" dir="RTL"><h1>a</h1></div></body></html>'
    ),
    "a table for layout": page(f'{TOP}<table role="presentation"><tr><td>a</td></tr></table>'),
    "a table of data": page(f"{TOP}<table><thead><tr><th>a</th></tr></thead><tr><td>b</td></tr></table>"),
    "a table of data in one for layout": page(
        f'{TOP}<table role="none"><tr><td><table><tr><th>a</th></tr></table></td></tr></table>'
    ),
    "a table for Outlook": page(
        f"{TOP}<!--[if mso]><table><tr><td><![endif]-->a<!--[if mso]></td></tr></table><![endif]-->"
    ),
    "images": page(f'{TOP}<img src="a.png" alt="Moka"><img src="b.png" alt="">'),
    "headings that go down by one and up by any": page(f"{TOP}<h2>a</h2><h3>b</h3><h2>c</h2>"),
    "a second h1 that nobody sees": page(f'{TOP}<div style="display:none"><h1>a</h1></div>'),
    "a link that is an image": page(f'{TOP}<a href="#x"><img src="a.png" alt="Moka"></a>'),
    "a link with a label": page(f'{TOP}<a href="#x" aria-label="More on Moka">more</a>'),
    "a place to link to": page(f'{TOP}<a name="x"></a>'),
    "a link with an underline": page(f'{TOP}<p>some words <a href="#x" style="color:#222">Moka</a></p>'),
    "a link with a line inside": page(
        f'{TOP}<p>some words <a href="#x" style="color:#222;text-decoration:none"><u>Moka</u></a></p>'
    ),
    "a link far from the text's colour": page(
        f'{TOP}<p>some words <a href="#x" style="text-decoration:none;color:#b33">Moka</a></p>'
    ),
    "a bold link": page(
        f'{TOP}<p>words <a href="#x" style="text-decoration:none;color:#222;font-weight:700">Moka</a></p>'
    ),
    "links that stand alone": page(
        f'{TOP}<p><a href="#x" style="color:#222;text-decoration:none">Moka</a> · '
        '<a href="#y" style="color:#222;text-decoration:none">Pins</a></p>'
    ),
    "large text": page(
        f'{TOP}<p style="color:#888;font-size:24px">a</p><p style="color:#888;font:bold 19px Arial">b</p>'
    ),
    "faint text that nobody sees": page(f'{TOP}<p style="color:#fff;display:none">a</p><div style="color:#fff"></div>'),
    "a rule for print": page(TOP, css("@media print { h1 { color: #eee } }")),
    "text above what shines through": page(
        f'{TOP}<div style="background:rgba(0,0,0,.8)"><p style="color:#ddd">a</p></div>'
    ),
    "a small preheader that nobody sees": page(f'<div style="display:none;font-size:1px">a</div>{TOP}'),
}
