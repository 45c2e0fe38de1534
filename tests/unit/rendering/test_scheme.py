"""A mail in light and in dark, whatever the browser prefers; and in a frame."""

import pytest

from newsletter.rendering.scheme import in_scheme
from newsletter.web.mail_frame import framed, policy, wants_remote


@pytest.mark.parametrize(
    "query",
    [
        "(prefers-color-scheme: dark)",
        "(prefers-color-scheme:dark)",
        "( PREFERS-COLOR-SCHEME :  Dark )",
    ],
)
def test_a_dark_query_is_true_in_dark_and_false_in_light(query):
    html = f"<style>@media screen and {query} and (max-width: 600px) {{ p {{ color: red }} }}</style>"
    assert "screen and (min-width: 0) and (max-width: 600px)" in in_scheme(html, dark=True)
    assert "screen and (max-width: 0) and (max-width: 600px)" in in_scheme(html, dark=False)


def test_a_light_query_is_false_in_dark():
    html = "<style>@media (prefers-color-scheme: light) { p { color: red } }</style>"
    assert "@media (max-width: 0)" in in_scheme(html, dark=True)
    assert "@media (min-width: 0)" in in_scheme(html, dark=False)


@pytest.mark.parametrize("dark, scheme", [(True, "dark"), (False, "light")])
def test_the_schemes_that_a_mail_supports_become_the_one_that_is_shown(dark, scheme):
    html = (
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
        "<style>:root { color-scheme: light dark; supported-color-schemes: dark light }</style>"
    )
    assert in_scheme(html, dark=dark) == (
        f'<meta name="color-scheme" content="{scheme}"><meta name="supported-color-schemes" content="{scheme}">'
        f"<style>:root {{ color-scheme: {scheme}; supported-color-schemes: {scheme} }}</style>"
    )


def test_a_picture_source_is_chosen_by_the_scheme_too():
    html = '<source media="(prefers-color-scheme: dark)" srcset="d.png">'
    assert 'media="(min-width: 0)"' in in_scheme(html, dark=True)
    assert 'media="(max-width: 0)"' in in_scheme(html, dark=False)


def test_an_article_about_dark_mode_is_shown_as_it_is_written():
    words = (
        "<p>@media (prefers-color-scheme: dark), color-scheme: light dark; &lt;style&gt;</p><p>content='light dark'</p>"
    )
    assert in_scheme(words, dark=True) == in_scheme(words, dark=False) == words


def test_links_that_lead_out_open_beside_the_page_and_those_inside_do_not():
    html = (
        '<a class="x" href="https://example.com/">out</a><a href="mailto:a@example.com">mail</a><a href="#one">in</a>'
    )
    shown = framed(html)
    assert shown.count('target="_blank" rel="noopener noreferrer"') == 2
    assert '<a href="#one">in</a>' in shown


@pytest.mark.parametrize(
    "html, expected",
    [
        ('<img src="https://example.com/a.png">', True),
        ("<img src='//example.com/a.png'>", True),
        ('<td background="http://example.com/a.png">', True),
        ("<style>p { background: url( https://example.com/a.png ) }</style>", True),
        ('<style>@import "x.css"</style>', True),
        ('<link rel="stylesheet" href="https://fonts.example.com/css">', True),
        ('<img src="data:image/png;base64,AAAA"><a href="https://example.com">link</a>', False),
        ('<!--[if mso]><v:image src="https://example.com/a.png"/><![endif]-->', False),
    ],
)
def test_it_is_known_whether_a_mail_wants_something_from_elsewhere(html, expected):
    assert wants_remote(html) is expected


@pytest.mark.parametrize("remote", [True, False])
def test_a_mail_may_never_run_anything(remote):
    told = policy(remote=remote)
    assert "default-src 'none'" in told
    assert "script" not in told
    assert "allow-forms" not in told
    assert "allow-top-navigation" not in told
    assert ("https:" in told) is remote
