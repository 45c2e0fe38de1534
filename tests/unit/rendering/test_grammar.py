"""What MJML must be before the compiler sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.components import components
from newsletter.rendering.grammar import check_mjml
from newsletter.rendering.mjml import check_whole, compile_mjml, translate
from newsletter.rendering.mjml_error import MjmlError

SHELL = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


@pytest.mark.parametrize(
    "body",
    [
        "<mj-text>a &amp; b & c <br> <br/> <img src='x'> <B>c</B></mj-text>",
        '<mj-text css-class="x" mj-class="y z">a > b</mj-text>',
        "<mj-raw><!-- a note --><tr><td>x</td></tr></mj-raw>",
        "<mj-text><!--[if mso]><table><tr><td><![endif]-->x<!--[if mso]></td></tr></table><![endif]--></mj-text>",
        "<mj-text><!--[if !mso]><!--><b>x</b><!--<![endif]--></mj-text>",
        '<mj-button href="https://x.example/?a=1&amp;b=2">\n a <b>c</b>\n</mj-button>',
        "<mj-spacer height='3px' /><mj-divider />",
        '<mj-text><a title="a > b < c">x</a></mj-text>',
    ],
)
def test_good_mjml_passes_and_compiles(body: str) -> None:
    mjml = SHELL.format(body)
    check_mjml(mjml)
    assert "<mj-" not in compile_mjml(mjml)


def test_defaults_and_classes_pass() -> None:
    check_mjml(
        '<mjml lang="en"><mj-head><mj-attributes><mj-all color="red" /><mj-class name="a" color="red" />'
        '<mj-text color="red" /></mj-attributes></mj-head><mj-body></mj-body></mjml>'
    )


@pytest.mark.parametrize(
    "mjml, what",
    [
        ("", "does not begin with <mjml>"),
        ("just text", "does not begin with <mjml>"),
        ("<html></html>", "<html> stands directly in <the template>"),
        ("<mjml></mjml>", "<mj-body> is missing"),
        ("<mjml><mj-body></mj-body>", "<mjml> is not closed"),
        ("<mjml><mj-head><mj-attributes><mj-tetx /></mj-attributes></mj-head><mj-body></mj-body></mjml>", "mj-tetx"),
        ("<mj-body></mj-body>", "cannot stand in <nothing>"),
        ("<mjml><mj-body></mj-body></mjml></mjml>", "closes nothing"),
    ],
)
def test_what_is_no_document_is_refused(mjml: str, what: str) -> None:
    with pytest.raises(MjmlError, match=what):
        check_mjml(mjml)


@pytest.mark.parametrize(
    "html, what",
    [
        ("<html></html>", "no doctype"),
        ("<!doctype html><mj-section>", "<mj-section> was not turned"),
        ("<!doctype html><!--[if mso]>", "do not balance"),
    ],
)
def test_html_that_is_not_whole_is_refused(html: str, what: str) -> None:
    with pytest.raises(MjmlError, match=what):
        check_whole(html)


PIECES = st.sampled_from(
    [
        *(f"<{name}>" for name in components()),
        *(f"</{name}>" for name in components()),
        "text",
        "<p>",
        "</p>",
        "<!--[if mso]>",
        "<![endif]-->",
        "<table>",
        "</table>",
        "<",
        ">",
        "é",
        "\n",
        "<br>",
        "-->",
        '<mj-text color="é">',
        "<pre>",
        "</pre>",
        "&",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_is_in_a_column_it_compiles_whole_or_is_a_fault(body: str) -> None:
    try:
        html = compile_mjml(SHELL.format(body))
    except MjmlError:
        return
    check_whole(html)


def test_a_panic_of_the_compiler_is_a_fault() -> None:
    # mrml 6.0.1 slices this within the two bytes of "é". The grammar refuses it first, so it is asked for directly.
    with pytest.raises(MjmlError, match=r"mjml failed within: .*char boundary"):
        translate(SHELL.format('mj-text color="é">x</mj-text>'))


@pytest.mark.parametrize(
    "source, kept",
    [
        ("<i>b</i>\n<u>c</u>", "<i>b</i> <u>c</u>"),
        ("<i>b</i>\n   <u>c</u>", "<i>b</i> <u>c</u>"),
        ("<pre><span>a</span>\n<span>b</span></pre>", "<pre><span>a</span>&#10;<span>b</span></pre>"),
    ],
)
def test_white_space_that_begins_with_a_line_break_is_kept(source: str, kept: str) -> None:
    assert kept in compile_mjml(SHELL.format(f"<mj-text>{source}</mj-text>"))


def test_no_font_is_fetched_because_of_its_name() -> None:
    body = '<mj-text font-family="Roboto, Ubuntu, Lato">a</mj-text>'
    assert "fonts.googleapis" not in compile_mjml(SHELL.format(body))
    head = '<mjml><mj-head><mj-font name="Raleway" href="https://fonts.example/r" /></mj-head>'
    asked = compile_mjml(SHELL.format('<mj-text font-family="Raleway">a</mj-text>').replace("<mjml>", head))
    assert "https://fonts.example/r" in asked
