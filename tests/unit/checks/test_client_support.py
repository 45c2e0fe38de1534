"""Which clients are named for what a mail uses, where, and what stands in."""

from pathlib import Path

import pytest
from mail_samples import THEME, document, sheet

from newsletter.checks.clients.client import CLIENTS, DEFAULT
from newsletter.checks.clients.feature import feature_table
from newsletter.checks.clients.limit import LIMITS
from newsletter.checks.clients.support import lacks
from newsletter.checks.document import Document
from newsletter.model.traced import Place, TracedIssue, TracedText

PARTLY = [
    ("css-font-size", "yahoo", '<p style="font-size:2rem">x</p>', '<p style="font-size:2em">x</p>'),
    ("css-border", "outlook-windows", '<p style="border:9px solid">x</p>', '<p style="border:8px solid">x</p>'),
    ("css-background", "outlook-windows", '<p style="background:url(a.png)">x</p>', '<p style="background:red">x</p>'),
    ("css-padding", "outlook-windows", '<p style="padding:0 9px">x</p>', '<td style="padding:0 9px">x</td>'),
    ("css-padding", "outlook-windows", '<a style="padding-left:9px">x</a>', '<a style="padding:0">x</a>'),
    ("css-max-width", "outlook-windows", '<div style="max-width:9px">x</div>', '<table style="max-width:9px"></table>'),
    ("css-width", "outlook-windows", '<p style="width:9px">x</p>', '<td style="width:9px">x</td>'),
    ("css-margin", "gmail", '<p style="margin:-9px 0 0">x</p>', '<p style="margin:9px 0 0">x</p>'),
    ("css-margin", "outlook-windows", '<span style="margin:0 9px">x</span>', '<p style="margin:0 9px">x</p>'),
    ("css-position", "yahoo", '<p style="position:absolute">x</p>', '<p style="position:relative">x</p>'),
    ("css-position", "outlook-com", '<p style="position:relative">x</p>', '<p style="position:sticky">x</p>'),
    ("css-rgb", "gmail", '<p style="color:rgb(1 2 3)">x</p>', '<p style="color:rgb(1, 2, 3)">x</p>'),
    ("css-text-align", "yahoo", '<p style="text-align:match-parent">x</p>', '<p style="text-align:center">x</p>'),
    ("css-text-decoration", "outlook-windows", '<p style="text-decoration:underline red">x</p>', "<p>x</p>"),
    ("css-text-decoration", "outlook-windows", '<p style="text-decoration:overline">x</p>', "<p>x</p>"),
    ("css-text-transform", "outlook-windows", '<p style="text-transform:lowercase">x</p>', "<p>x</p>"),
    ("css-important", "outlook-windows", '<p style="color:red !important">x</p>', '<p style="color:red">x</p>'),
    ("css-list-style", "gmail", '<ul style="list-style:url(a.png)"></ul>', '<ul style="list-style:square"></ul>'),
    ("css-letter-spacing", "outlook-windows", '<p style="letter-spacing:-1em">x</p>', "<p>x</p>"),
    ("html-semantics", "outlook-com", "<nav>x</nav>", "<time>x</time>"),
]  # fmt: skip
PARTLY_IN_SHEETS = [
    ("css-at-media", "yahoo", "@media (width >= 9px) { a { b: c } }", "@media (min-width: 9px) { a { b: c } }"),
    ("css-at-media", "gmail", "@media (min-height: 9px) { a { b: c } }", "@media screen { a { b: c } }"),
    ("css-selector-attribute", "outlook-com", ".a[b] { c: d }", "p[b] { c: d }"),
    ("css-selector-attribute", "yahoo", "[b^=c] { d: e }", "[b=c] { d: e }"),
    ("css-pseudo-class-hover", "outlook-com", ".a:hover { b: c }", "a:hover { b: c }"),
    ("css-pseudo-element-before", "outlook-com", ".a::before { b: c }", "p::before { b: c }"),
    ("css-important", "outlook-windows", "a { color: red!important }", "a { color: red !important }"),
]  # fmt: skip


def found(mail, *clients):
    return {lack.feature.slug: lack for lack in lacks(mail, clients or DEFAULT)}


def test_a_client_is_named_with_the_platforms_that_lack_a_feature_where_others_of_it_do_not():
    mail = document('<a @7 href="#x">x</a><p @8 style="gap:3px">y</p>')
    assert found(mail)["html-anchor-links"].without == ("Gmail (iOS)", "Yahoo (iOS, Android)")
    assert found(mail, "yahoo", "outlook-windows")["css-gap"].without == ("Yahoo", "Outlook (Windows)")
    assert "css-gap" not in found(mail, "apple-mail")


def test_a_feature_is_one_finding_at_its_first_place_with_its_uses_counted():
    mail = document(
        '<p @7 style="gap:3px">x</p><div @8 style="gap:3px">x</div><p @9 style="gap: 4px; color: red">x</p>'
    )
    lack = found(mail, "yahoo")["css-gap"]
    assert (lack.place.line, lack.count) == (7, 3)
    assert lack.words == '"gap, column-gap, row-gap" is not supported by Yahoo; 3 uses'


def test_a_use_in_a_style_sheet_has_its_line_and_column():
    lack = found(document("<p @7 style='gap:3px'>x</p>", css="p { color: red }\n  p { gap: 3px }"), "yahoo")["css-gap"]
    assert (lack.place, lack.count) == (Place(path=THEME, line=31, column=7), 2)


def test_what_became_style_attributes_has_the_line_of_its_sheet():
    traced = TracedIssue(
        mjml=TracedText(text="", starts=(), places=()),
        html='<p data-place="0" style="color:red; gap:3px">x</p>' * 3 + '<p style="gap:4px">x</p>',
        places=(Place(path=Path("issues/042.md"), line=9),),
        inline_sheets=(sheet("p {\n  gap: 3px\n}", line=50),),
    )
    lack = found(Document(traced, Place(path=THEME, line=1)), "yahoo")["css-gap"]
    assert (lack.place, lack.count) == (Place(path=THEME, line=51, column=3), 4)


def test_what_nobody_wrote_has_the_place_of_the_theme():
    assert found(document("", head="<style>p { gap: 3px }</style>"), "yahoo")["css-gap"].place == Place(
        path=THEME, line=1
    )


def test_what_only_outlook_reads_counts_for_nobody():
    mail = document("<!--[if mso]><table style='gap:3px'><![endif]-->")
    assert "css-gap" not in found(mail)


@pytest.mark.parametrize("feature, client, bad, good", PARTLY)
def test_support_in_part_counts_for_the_uses_that_its_note_means(feature, client, bad, good):
    lack = found(document(f"<i>x</i>{bad}".replace(" style", " @7 style").replace("<nav", "<nav @7")), client)[feature]
    assert [name for name, _ in lack.partly] == [CLIENTS[client].title]
    assert lack.place.line == 7
    assert feature not in found(document(good), client)


@pytest.mark.parametrize("feature, client, bad, good", PARTLY_IN_SHEETS)
def test_support_in_part_counts_in_style_sheets(feature, client, bad, good):
    lack = found(document("", css=f"b {{ color: red }}\n{bad}"), client)[feature]
    assert lack.partly
    assert lack.place.line == 31
    assert not getattr(found(document("", css=good), client).get(feature), "partly", ())


def test_the_place_of_support_in_part_is_that_of_the_first_use_that_is_meant():
    mail = document('<p @7 style="font-size:9px">x</p><p @8 style="font-size:1rem">x</p>')
    lack = found(mail, "outlook-windows")["css-font-size"]
    assert (lack.place.line, lack.count) == (8, 2)
    assert lack.words == (
        '"font-size" is supported in part by Outlook (Windows) (rem values are not supported); 2 uses'
    )


def test_each_limit_quotes_a_note_that_there_is_on_some_platform():
    table = feature_table()
    for limit in LIMITS:
        told = {note for platform in table.platforms for note in table[limit.feature].limits(platform)}
        assert set(limit.notes) <= told, limit


def test_every_platform_of_a_client_is_one_of_the_table():
    platforms = {platform for client in CLIENTS.values() for platform in client.platforms}
    assert set(feature_table().platforms) - platforms == {"rainloop.desktop-webmail", "wp-pl.desktop-webmail"}
    assert platforms <= set(feature_table().platforms)


def test_the_table_says_where_it_comes_from():
    values = feature_table().values
    assert (values["version"], values["date"], len(values["features"])) == ("2.0.2", "2026-05-13", 307)
    licence = Path(__file__).parents[3] / "newsletter" / "checks" / "clients" / "LICENSE-caniemail"
    assert licence.read_text(encoding="utf-8").startswith("MIT License\n\nCopyright © Avi Goldman")
