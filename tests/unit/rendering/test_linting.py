"""What is wrong with a theme's MJML: all of it, at its offset or line."""

from pathlib import Path

import pytest
from rendering_samples import OPTIONS, eight_article_issue

from newsletter.rendering.grammar import check_mjml, faults
from newsletter.rendering.linting import lint_mjml
from newsletter.rendering.mjml_error import MjmlError
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

SHELL = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"
HEAD = "<mjml><mj-head>{}</mj-head><mj-body></mj-body></mjml>"


def told(mjml):
    """Rule and words of each fault, with what stands where it points to."""
    return [
        (fault.rule, f"{fault.what}; {fault.todo}", mjml[fault.offset : fault.offset + 12]) for fault in faults(mjml)
    ]


FAULTS = [
    ("<mj-txt>a</mj-txt>", "mjml-unknown", '<mj-txt> is not an MJML element; did you mean "mj-text"?', "<mj-txt>"),
    ('<mj-text colour="red">a</mj-text>', "mjml-unknown", 'no attribute "colour"; did you mean "color"?', "colour="),
    ("<mj-section></mj-section>", "mjml-nesting", "<mj-section> cannot stand in <mj-column>; it", "<mj-section"),
    ("<p>a</p>", "mjml-nesting", "<p> stands directly in <mj-column>; put it into an <mj-text>", "<p>"),
    ("some text<mj-divider />", "mjml-nesting", "there is text directly in <mj-column>", "some text"),
    ('<mj-text font-size="16">a</mj-text>', "mjml-value", '"16" is no font-size of <mj-text>; write 16px', "font-size"),
    ('<mj-text font-size="16pt">a</mj-text>', "mjml-value", "write a length in px", "font-size"),
    ('<mj-text padding="1px 2px 3px 4px 5px">a</mj-text>', "mjml-value", "in px or %, or up to 4 of them", "padding"),
    ('<mj-text color="#12345">a</mj-text>', "mjml-value", "a colour like #24211e", "color"),
    ('<mj-text align="centre">a</mj-text>', "mjml-value", 'did you mean "center"?', "align"),
    ('<mj-table cellpadding="1px"><tr><td>a</td></tr></mj-table>', "mjml-value", "a whole number", "cellpadding"),
    ('<mj-image src="a.png" fluid-on-mobile="yes" alt="" />', "mjml-value", "write true or false", "fluid"),
    ("<mj-text>a<b>b</mj-text>", "mjml-tags", "<b> is not closed before </mj-text>; add </b>", "<b>b</mj-te"),
    ("<mj-text>a</b></mj-text>", "mjml-tags", "</b> stands where </mj-text> is due", "</b></mj-tex"),
    ("<mj-text>a < b</mj-text>", "mjml-tags", "is not a tag", "< b</mj-text"),
    ("<mj-text title=x>a</mj-text>", "mjml-tags", "attribute values in double quotes", "<mj-text"),
    ("<mj-text><img title='say \"hi\"'></mj-text>", "mjml-tags", "double quotes inside single ones", "title="),
    ("<mj-raw><tr></mj-raw>", "mjml-raw", "<tr> is not closed before </mj-raw>", "<tr></mj-raw"),
    ("<mj-raw></tr></mj-raw>", "mjml-raw", "</tr> stands where </mj-raw> is due", "</tr></mj-ra"),
    ('<mj-raw position="file-start">a</mj-raw>', "mjml-ignored", '"position" of <mj-raw> comes to nothing', "position"),
    ('<mj-button title="a">a</mj-button>', "mjml-ignored", "let the words of the button say it", "title="),
    ('<mj-text color="red" color="blue">a</mj-text>', "mjml-tags", '<mj-text> has "color" twice', 'color="blue'),
    ('<mj-text><b class="a" class="b">a</b></mj-text>', "mjml-tags", '<b> has "class" twice', 'class="b"'),
    ('<mj-text mj-class="bigg">a</mj-text>', "mjml-unknown", 'there is no <mj-class name="bigg">', "mj-class"),
    ("<mj-include />", "mjml-ignored", '<mj-include> is not read here; write {% include "./NAME" %}', "<mj-include"),
]  # fmt: skip
IN_HEAD = [
    ('<mj-style inline="true">a{}</mj-style>', "mjml-ignored", 'not put into style attributes; write inline="inline"'),
    ('<mj-attributes><mj-class name="a"><mj-text /></mj-class></mj-attributes>', "mjml-ignored", "in <mj-class>"),
    ('<mj-html-attributes><mj-selector path=".a"><mj-html-attribute name="b">c</mj-html-attribute></mj-selector>'
     "</mj-html-attributes>", "mjml-ignored", "<mj-html-attributes> is not read here"),
    ('<mj-attributes><mj-text colr="red" /></mj-attributes>', "mjml-unknown", 'did you mean "color"?'),
    ('<mj-attributes><mj-text color="redd" /></mj-attributes>', "mjml-value", '"redd" is no color of <mj-text>'),
    ('<mj-attributes><mj-all font-famly="Georgia" /></mj-attributes>', "mjml-unknown", 'did you mean "font-family"?'),
    ('<mj-attributes><mj-all padding="3" /></mj-attributes>', "mjml-value", '"3" is no padding of any element'),
    ('<mj-attributes><mj-class name="a" font-sise="3px" /></mj-attributes>', "mjml-unknown", 'mean "font-size"?'),
    ('<mj-attributes><mj-class name="a" color="rde" /></mj-attributes>', "mjml-value", '"rde" is no color of any'),
    ('<mj-attributes><mj-class color="red" /></mj-attributes>', "mjml-tags", "<mj-class> has no name"),
    ('<mj-breakpoint width="600" />', "mjml-value", "write 600px, if pixels are meant"),
]  # fmt: skip


@pytest.mark.parametrize("body, rule, words, at", FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_is_found_where_it_is_and_nothing_else(body, rule, words, at):
    mjml = SHELL.format(body)
    ((found, said, where),) = told(mjml)
    assert found == rule
    assert words in said
    assert where.startswith(at)


@pytest.mark.parametrize("head, rule, words", IN_HEAD, ids=[row[0] for row in IN_HEAD])
def test_a_fault_in_the_head_is_found(head, rule, words):
    ((found, said, _),) = told(HEAD.format(head))
    assert found == rule
    assert words in said


@pytest.mark.parametrize("first", range(0, len(FAULTS), 4))
def test_all_faults_are_found_at_once(first):
    rows = FAULTS[first : first + 8]
    mjml = SHELL.format("<mj-spacer />".join(row[0] for row in rows))
    assert [rule for rule, _, _ in told(mjml)] == [row[1] for row in rows]


GOOD = [
    '<mj-text color="#abc" font-size="16px" padding="0 10px 5%" line-height="1.6">a</mj-text>',
    '<mj-text color="rgb(1, 2, 3)" container-background-color="rgba(1,2,3,0.5)" letter-spacing="-1px">a</mj-text>',
    '<mj-text align="justify" line-height="150%" height="0">a</mj-text>',
    '<mj-image src="a.png" alt="" width="100px" height="auto" fluid-on-mobile="true" />',
    '<mj-table width="auto" cellpadding="3"><tr><td>a</td></tr></mj-table>',
    "<mj-raw><table><tr><td>a</td></tr></table></mj-raw>",
    "<mj-raw><!--[if mso]><table><tr><td><![endif]-->x<!--[if mso]></td></tr></table><![endif]--></mj-raw>",
]


@pytest.mark.parametrize("body", GOOD)
def test_what_is_right_is_left_alone(body):
    assert told(SHELL.format(body)) == []


def test_defaults_that_an_element_can_take_and_classes_that_are_named_are_left_alone():
    head = (
        '<mj-attributes><mj-all font-family="Georgia" padding="0" mj-class="b" css-class="x" /><mj-class name="b" '
        'align="justify" width="50%" color="red" /><mj-class name=\'c-d\' icon-size="20px" /></mj-attributes>'
    )
    body = '<mj-section><mj-column><mj-text css-class="a" mj-class="b  c-d">a</mj-text></mj-column></mj-section>'
    mjml = f"<mjml><mj-head>{head}</mj-head><mj-body>{body}</mj-body></mjml>"
    assert told(mjml) == []


def test_a_class_that_is_not_named_has_the_nearest_that_is():
    head = '<mj-head><mj-attributes><mj-class name="large" font-size="20px" /></mj-attributes></mj-head>'
    mjml = SHELL.format('<mj-text mj-class="largo">a</mj-text>').replace("<mj-body>", f"{head}<mj-body>")
    assert [said for _, said, _ in told(mjml)] == ['there is no <mj-class name="largo">; did you mean "large"?']


def test_the_first_fault_that_spoils_the_mail_stops_it_and_values_do_not():
    check_mjml(SHELL.format('<mj-text font-size="16" align="centre">a</mj-text><mj-raw position="x">a</mj-raw>'))
    with pytest.raises(MjmlError, match="colour"):
        check_mjml(SHELL.format('<mj-text align="centre">a</mj-text><mj-text colour="red">a</mj-text><mj-txt />'))


def test_a_fault_of_a_theme_has_the_line_and_column_of_its_template_and_is_told_once_for_all_articles(tmp_path):
    own = tmp_path / "digest"
    own.mkdir()
    source = (builtin_templates() / "digest" / "article.mjml.j2").read_text("utf-8")
    (own / "article.mjml.j2").write_text(
        source.replace('padding="26px', '\n  align="centre" padding="26px', 1) + '<mj-divider border-width="2" />\n',
        "utf-8",
    )
    renderer = Renderer(OPTIONS, [tmp_path, builtin_templates()])
    found = lint_mjml(renderer.trace(eight_article_issue()).mjml, renderer.file)
    lines = source.count("\n") + 2
    assert [(fault.rule, fault.place.path.name, fault.place.line, fault.place.column) for fault in found] == [
        ("mjml-value", "article.mjml.j2", 2, 3),
        ("mjml-value", "article.mjml.j2", lines, 13),
    ]


def test_a_theme_without_a_word_has_its_faults_in_its_first_file(tmp_path):
    own = tmp_path / "digest"
    own.mkdir()
    (own / "issue.mjml.j2").write_text("{% set a = 1 %}", "utf-8")
    renderer = Renderer(OPTIONS, [tmp_path, builtin_templates()])
    (fault,) = lint_mjml(renderer.traced_mjml(eight_article_issue()), renderer.file)
    assert (fault.place.path, fault.place.line) == (Path(own / "issue.mjml.j2"), 1)
