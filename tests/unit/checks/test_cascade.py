"""Colours, media queries and the cascade, as the CSS specifications and WCAG have them."""

import pytest
from examples_accessibility import document

from newsletter.checks.cascade import Look
from newsletter.checks.colour import read_colour
from newsletter.checks.css import read_sheet, read_style
from newsletter.checks.media_query import View, holds
from newsletter.model.colour import BLACK, WHITE, Colour, contrast, readable

PHONE, DESKTOP, NIGHT = View(375), View(700), View(700, dark=True)


def look(head: str, body: str, view: View = DESKTOP) -> Look:
    """Return what the one <p> of a mail looks like."""
    mail = document(f"<!DOCTYPE html><html><head><style>{head}</style></head><body>{body}</body></html>")
    return mail.cascade.look(next(mail.root.iter("p")), view)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#FFF", WHITE),
        ("black", BLACK),
        ("rgb(1,2,3)", Colour(1, 2, 3)),
        ("rgba(0 0 0 / 50%)", Colour(0, 0, 0, 0.5)),
        ("transparent", Colour(0, 0, 0, 0)),
        ("#12", None),
        ("12px", None),
        ("url(x)", None),
    ],
)
def test_colours_are_read_as_css_has_them(text: str, colour: Colour | None) -> None:
    assert read_colour(text) == colour


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(Colour(118, 118, 118), WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast(Colour(119, 119, 119), WHITE) < 4.5
    assert str(Colour(0, 0, 0, 0.5).over(WHITE)) == "#808080"


@pytest.mark.parametrize("ground", ["#ffffff", "#777777", "#151311", "#9c3520", "#ffee00"])
@pytest.mark.parametrize("colour", ["#888888", "#9c3520", "#ffa58e", "#000000", "#ffffff"])
def test_the_colour_that_would_do_does(colour: str, ground: str) -> None:
    one, other = read_colour(colour), read_colour(ground)
    assert isinstance(one, Colour)
    assert isinstance(other, Colour)
    assert contrast(readable(one, other, 4.5), other) >= 4.5


@pytest.mark.parametrize(
    ("query", "views"),
    [
        ("only screen and (min-width:480px)", [DESKTOP, NIGHT]),
        ("(max-width: 30em)", [PHONE]),
        ("(width<=375px)", [PHONE]),
        ("(width > 375px)", [DESKTOP, NIGHT]),
        ("(prefers-color-scheme: dark)", [NIGHT]),
        ("(prefers-color-scheme:light) and (min-width:1px)", [PHONE, DESKTOP]),
        ("print", []),
        ("print, (max-width:400px)", [PHONE]),
        ("not all and (max-width:400px)", [DESKTOP, NIGHT]),
        ("screen and (-webkit-min-device-pixel-ratio:0)", []),
        ("(min-width: 1.2.3px)", []),
        ("all", [PHONE, DESKTOP, NIGHT]),
    ],
)
def test_media_queries_are_decided_for_a_width_and_a_scheme(query: str, views: list[View]) -> None:
    assert [view for view in (PHONE, DESKTOP, NIGHT) if holds(query, view)] == views


@pytest.mark.parametrize(
    ("css", "body"),
    [
        (".a { color: #010203 } p { color: red }", "<p class='a'>x</p>"),
        ("p { color: red } p { color: #010203 }", "<p>x</p>"),
        ("#a { color: #010203 } p.b.c { color: red }", "<p id='a' class='b c'>x</p>"),
        ("p { color: #010203 !important }", "<p style='color: red'>x</p>"),
        ("p { color: red !important }", "<p style='color: #010203 !important'>x</p>"),
        ("#a { color: red }", "<p id='a' style='color: #010203'>x</p>"),
        ("div { color: #010203 }", "<div><p>x</p></div>"),
        ("div > p { color: red } div { color: #010203 }", "<div><center><p>x</p></center></div>"),
        ("div p { color: #010203 } [data-ogsc] p { color: red }", "<div><b><p>x</p></b></div>"),
        ("p + p, p:first-child { color: #010203 }", "<p>x</p>"),
        ("p:hover, p::after { color: red } p { color: #010203; color: }", "<p>x</p>"),
        ("p { color: #010203 } p, p:::x { color: red }", "<p>x</p>"),
        ("body { color: #010203 } p { color: inherit }", "<p>x</p>"),
        ("@font-face { color: red } @supports (x:y) { p { color: #010203 } }", "<p>x</p>"),
        ("", "<font color='#010203'><p>x</p></font>"),
    ],
)
def test_the_declaration_that_wins_is_the_one_of_css(css: str, body: str) -> None:
    assert str(look(css, body).colour) == "#010203"


def test_what_shines_through_is_mixed_with_what_is_behind() -> None:
    seen = look("", "<div bgcolor='ff0000' style='background: rgb(0 0 0 / 50%) url(x.png)'><p>x</p></div>")
    assert str(seen.ground) == "#808080"
    assert str(look("td { background-color: #fff }", "<table><td bgcolor='000'><p>x</p></table>").ground) == "#ffffff"


def test_sizes_and_weights_are_passed_on() -> None:
    css = "body { font: bold 20px/1.2 Arial } div { font-size: 1.5em } p { font-size: 50%; font-weight: lighter }"
    seen = look(css, "<div><p>x</p></div>")
    assert (seen.size, seen.weight) == (15, 400)


def test_a_style_sheet_is_read_for_what_matters_alone() -> None:
    rules = read_sheet("p { margin: 0 } a, b { color: red; padding: 0 }", "screen")
    assert [(rule.media, rule.declarations) for rule in rules] == [(("screen",), (("color", "red", False),))] * 2
    assert read_style("background: none; text-decoration: none !important") == (
        ("background-color", "transparent", False),
        ("underline", "no", True),
    )
