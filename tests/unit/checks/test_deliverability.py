"""What spam filters and block lists look at."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from mail_samples import THEME, document
from test_rules import GOOD, subject

from newsletter.checks.run import check
from newsletter.model.mail import Picture, Slot

HEADERS = (
    "From: N <n@example.org>\r\nTo: <r@example.com>\r\nSubject: S\r\nDate: Fri, 27 Nov 2026 09:00:00 +0000\r\n"
    "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nList-Id: <weekly.example.org>\r\n"
    "List-Unsubscribe: <https://n.example/u/1>,\r\n <mailto:u@example.org>\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
)


def found(rule, text=GOOD, **facts):
    return [
        (finding.path, finding.line, finding.what) for finding in check(subject(text, **facts)) if finding.rule == rule
    ]


def test_a_link_that_the_text_lacks_is_found_where_the_html_has_it():
    mail = document(
        '<p>Hi <a @7 href="https://a.example/x">x</a> <a @8 href="#top">t</a> <a href="https://b.example/">y</a></p>'
    )
    assert found("text-links", document=mail, plain="https://b.example/ only") == [
        (THEME, 7, "https://a.example/x is not in the plain-text part")
    ]


def test_a_link_that_one_element_of_the_theme_has_twice_is_told_once():
    mail = document(
        '<p @7><a href="https://a.example/x"><img src="i" alt=""></a><a href="https://a.example/x">x</a></p>'
    )
    assert len(found("text-links", document=mail, plain="nothing")) == 1


@pytest.mark.parametrize("text, there", [
    ("x <https://a.example/x> y", True), ("https://a.example/x", True), ("(see https://a.example/x).", True),
    ("https://a.example/xyz", False), ("https://a.example/x/y", False), ("https://a.example/x?y", False),
])  # fmt: skip
def test_the_beginning_of_a_longer_address_is_another_one(text, there):
    mail = document('<a @7 href="https://a.example/x">x</a>')
    assert (found("text-links", document=mail, plain=text) == []) is there


def test_a_link_that_is_not_ascii_is_found_in_the_text_as_it_was_written():
    mail = document('<a @7 href="https://%D0%BF.example/%C3%A9">x</a>')
    assert found("text-links", document=mail, plain="https://п.example/é") == []
    assert found("text-links", document=mail, plain="https://п.example/ée")


@pytest.mark.parametrize("tag", [
    '<img @7 src="https://cdn.example/i.png" alt="">', '<table @7 background="//cdn.example/i.png"></table>',
    '<link @7 rel="stylesheet" href="https://fonts.example/f.css">',
    '<p @7 style="color:red;background:url(https://cdn.example/i.png)">x</p>',
    '<iframe @7 src="https://cdn.example/f"></iframe>', '<script @7 src="//cdn.example/s.js"></script>',
    '<video @7 poster="https://cdn.example/i.png"></video>', '<object @7 data="https://cdn.example/o"></object>',
    '<img @7 src="cid:a" srcset="cid:a 1x, https://cdn.example/i.png 2x" alt="">',
])  # fmt: skip
def test_what_a_theme_loads_is_found(tag):
    ((path, line, what),) = found("remote-load", document=document(f"<div>{tag}</div>"))
    assert (path, line) == (THEME, 7)
    assert "is loaded by each reader" in what


def test_what_one_element_of_the_theme_loads_twice_is_told_once():
    picture = '<img src="https://a.example/i.png" alt="">'
    assert len(found("remote-load", document=document(f"<div @7>{picture}{picture}</div>"))) == 1


@pytest.mark.parametrize("css", ["@import url(https://f.example/f.css);", "p { background: url('//f.example/i.png') }"])
def test_what_a_style_sheet_loads_is_found_at_its_line(css):
    ((path, line, _),) = found("remote-load", document=document("<p>x</p>", css="a{}\n" + css))
    assert (path, line) == (THEME, 31)


@pytest.mark.parametrize("tag", [
    '<img @7 src="cid:1@media.newsletter">', '<img @7 src="data:image/png;base64,AA">', '<img @@7 src="https://a.example/i.png">',
    '<img @7 src="https://n.example/media/i.png">', '<a @7 href="https://a.example/">x</a>',
])  # fmt: skip
def test_what_loads_nothing_or_is_the_editors_own_is_left_alone(tag):
    assert found("remote-load", document=document(tag), public_url="https://n.example") == []


@pytest.mark.parametrize("tag", [
    '<div @7 style="display:none">Cheap</div>', '<p @7 style="color:red;font-size:0">Cheap</p>',
    '<span @7 style="visibility: hidden">Cheap</span>', '<p @7 style="font-size:1px">Cheap</p>',
    '<p @7 style="font-size: 0em;">Cheap</p>',
])  # fmt: skip
def test_hidden_text_is_found(tag):
    assert found("hidden-text", document=document(tag)) == [(THEME, 7, '"Cheap" is hidden from who reads')]


@pytest.mark.parametrize("css", [".h { display: none }", ".h { opacity: 0 }", "@media all { p.h { display: none } }"])
def test_text_that_a_style_sheet_hides_everywhere_is_found_once(css):
    mail = document('<p @7 class="h">Cheap <span @8>pills</span></p>', css=css)
    assert found("hidden-text", document=mail) == [(THEME, 7, '"Cheap pills" is hidden from who reads')]


@pytest.mark.parametrize("css", [
    "@media (max-width: 480px) { .h { display: none } }",
    "@media (prefers-color-scheme: dark) { .h { display: none } }",
])  # fmt: skip
def test_text_that_is_shown_on_a_desktop_or_in_light_is_not_hidden(css):
    assert found("hidden-text", document=document('<p @7 class="h">For wide windows</p>', css=css)) == []


@pytest.mark.parametrize("tag", [
    '<div style="display:none"><span>☰</span> ⊗</div>',
    '<div style="display:none;font-size:1px;color:#222">Preheader</div>', '<td style="font-size:0px"><p>Shown</p></td>',
    '<p style="font-size:0.9em">Shown</p>', '<p style="font-size:11px">Shown</p>', '<div style="display:none"> </div>',
])  # fmt: skip
def test_the_preheader_and_what_is_shown_is_not_hidden_text(tag):
    assert found("hidden-text", document=document(tag)) == []


def test_little_text_under_a_large_picture_is_found():
    picture = '<img src="cid:a" width="536" height="400">'
    assert found("image-heavy", document=document(picture + "<p>Buy now</p>"))
    assert not found("image-heavy", document=document(picture + f"<p>{'many words ' * 200}</p>"))
    assert not found("image-heavy", document=document("<p>No picture</p>"))


def test_large_pictures_are_found_where_they_travel_in_the_mail():
    picture = Picture(name="a.png", type="image/png", width=9, height=9, digest="0", data=b"x" * 1_000_001)
    heavy = subject(GOOD)
    heavy = replace(heavy, rendered=replace(heavy.rendered, pictures=(picture,)))
    assert [finding.rule for finding in check(heavy)] == ["pictures-large"]
    assert check(replace(heavy, rendered=replace(heavy.rendered, embedded=False))) == []


def test_a_message_as_it_should_be_has_no_finding():
    assert found("headers", message=f"{HEADERS}\r\nbody".encode()) == []


@pytest.mark.parametrize("change", [
    ("Message-ID: <1@example.org>\r\n", ""), ("Subject: S", "Subject: S\r\nSubject: T"),
    ("<https://n.example/u/1>", "=?utf-8?q?<https=3A//n.example>?="), ("<https://n.example/u/1>", "https://n.example"),
    ("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", ""),
])  # fmt: skip
def test_a_header_that_is_missing_doubled_or_encoded_is_found(change):
    assert found("headers", message=f"{HEADERS.replace(*change)}\r\nbody".encode())


SETTINGS = {"author": "n@example.org", "list_id": "weekly.example.org"}


def test_from_and_list_id_as_the_settings_have_them_are_fine():
    assert found("headers", message=f"{HEADERS}\r\nbody".encode(), **SETTINGS) == []


@pytest.mark.parametrize("facts, words", [
    ({"author": "b@example.org"}, 'From is "n@example.org", and the settings say "b@example.org"'),
    ({"list_id": "daily.example.org"}, 'List-Id names "weekly.example.org", and the list is "daily.example.org"'),
])  # fmt: skip
def test_from_and_list_id_that_differ_from_the_settings_are_found(facts, words):
    ((*_, what),) = found("headers", message=f"{HEADERS}\r\nbody".encode(), **{**SETTINGS, **facts})
    assert what == words


def test_a_list_id_without_an_identifier_is_found():
    message = re.sub(r"List-Id: [^\r]*", "List-Id: Weekly", HEADERS)
    ((*_, what),) = found("headers", message=f"{message}\r\nbody".encode(), **SETTINGS)
    assert "List-Id has no" in what


def test_a_from_beyond_ascii_is_compared_as_it_is():
    message = HEADERS.replace("n@example.org", "zoë@example.org", 1)
    assert found("headers", message=f"{message}\r\nbody".encode(), **{**SETTINGS, "author": "zoë@example.org"}) == []


@pytest.mark.parametrize("link", ["https://bit.ly/x", "http://www.t.co/y"])
def test_a_shortened_link_is_found(link):
    assert found("link-shortened", GOOD.replace("https://a.example/", link)) == [
        (
            Path("issues/042.md"),
            12,
            f"{link.split('/')[2].removeprefix('www.')} hides where the link leads, as spam does",
        )
    ]


@pytest.mark.parametrize("host", ["pаypal.example", "аррӏе.example", "xn--pypal-4ve.example", "googlе.example"])
def test_a_host_in_letters_of_another_alphabet_is_found(host):
    assert found("link-lookalike", GOOD.replace("a.example", host))


@pytest.mark.parametrize(
    "host", ["münchen.example", "пример.example", "παράδειγμα.example", "paypal.example", "日本.example"]
)
def test_a_host_in_one_alphabet_is_left_alone(host):
    assert found("link-lookalike", GOOD.replace("a.example", host)) == []


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "htps://a.example/", "/about", "https://exa mple.org/"])
def test_a_link_of_the_theme_that_leads_nowhere_is_found_at_its_line(address):
    mail = document(f'<a @7 href="{address}">About us</a><a @@8 href="{address}">x</a>')
    assert [row[:2] for row in found("link-malformed", document=mail)] == [(THEME, 7)]


@pytest.mark.parametrize(
    "address", ["#s1", "https://п.example/é?a%20b", "mailto:a@b.example?subject=x%20y", "tel:+491", "SLOTx"]
)
def test_a_link_of_the_theme_that_leads_somewhere_is_left_alone(address):
    fine = subject(GOOD, document=document(f'<a @7 href="{address}">About us</a><a @8 id="top">x</a>'))
    fine = replace(fine, rendered=replace(fine.rendered, tokens={Slot.UNSUBSCRIBE: "SLOTx"}))
    assert [finding for finding in check(fine) if finding.rule == "link-malformed"] == []
