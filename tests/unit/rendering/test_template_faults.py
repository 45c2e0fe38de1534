"""A broken template is one clear line: which file, which line, what to do."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rendering_samples import OPTIONS, article, issue_of, private

from newsletter.errors import RenderError
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

ISSUE = issue_of(article("One", why="Because.", points=("A point",)))
SHELL = """<mjml>
<mj-body>
<mj-section>
<mj-column>
{body}
<mj-text><a href="{{{{ slots.unsubscribe }}}}">Stop</a></mj-text>
</mj-column>
</mj-section>
</mj-body>
</mjml>
"""
Themed = Callable[..., Renderer]


def refusal(renderer: Renderer) -> RenderError:
    with pytest.raises(RenderError) as caught:
        renderer.render(ISSUE)
    return caught.value


@pytest.mark.parametrize(
    "body, line, what",
    [
        ("<mj-text>{{ nonsense }}</mj-text>", 5, "'nonsense' is undefined"),
        ("\n\n<mj-text>{{ issue.nonsense }}</mj-text>", 7, "nonsense"),
        ("{% if %}", 5, "this is not Jinja"),
        ("{% for x in issue.sections %}\n\n{{ x }", 7, "this is not Jinja"),
        ("{{ 1 / 0 }}", 5, "division by zero"),
        ("\n{{ ''.__class__.__mro__ }}", 6, "unsafe"),
        ('\n{% include "./gone.mjml.j2" %}', 6, "digest/gone.mjml.j2"),
        ("<mj-text>a</mj-txt>", 5, "</mj-txt> stands where </mj-text> is due"),
        ("<mj-text>a", 5, "<mj-text> is not closed before <mj-text>"),
        ("<mj-text>\n<p>a</mj-text>", 6, "<p> is not closed before </mj-text>"),
        ("<mj-text>a</p></mj-text>", 5, "</p> stands where </mj-text> is due"),
        ("\n<mj-txt>a</mj-txt>", 6, 'did you mean "mj-text"?'),
        ('<mj-text\n  colour="red">a</mj-text>', 6, 'did you mean "color"?'),
        ("<mj-section></mj-section>", 5, "<mj-section> cannot stand in <mj-column>"),
        ("<mj-raw><table><tr></mj-raw><mj-raw></tr></table></mj-raw>", 5, "<tr> is not closed before </mj-raw>"),
        ("<mj-raw><!--[if mso]><table><![endif]--></mj-raw>", 5, "<table> is not closed before </mj-raw>"),
        ("some text", 5, "text directly in <mj-column>"),
        ("<p>some text</p>", 5, "<p> stands directly in <mj-column>"),
        ("<mj-text>a < b</mj-text>", 5, "is not a tag"),
        ("<mj-text><td width=3></td></mj-text>", 5, "is not a tag"),
        ("<mj-text><!-- a -- b --></mj-text>", 5, "this comment"),
        ("<mj-text><![if !mso]>x<![endif]></mj-text>", 5, "<!--[if !mso]><!-->"),
        ("""<mj-text title='say "hi"'>x</mj-text>""", 5, 'has no attribute "title"'),
        ("""<mj-text><a title='say "hi"'>x</a></mj-text>""", 5, "double quotes inside single ones"),
        ('<mj-include path="x" />', 5, "{% include"),
        ("<mj-table>\n<!--[if mso]><tr></tr><![endif]-->\n</mj-table>", 6, "mjml says"),
        ("<mj-text>" + "<div>" * 200 + "</div>" * 200 + "</mj-text>", 5, "more than 150 levels"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(
    themed: Themed, tmp_path: object, body: str, line: int, what: str
) -> None:
    error = refusal(themed(**{"issue.mjml.j2": SHELL.format(body=body)}))
    assert error.where == f"{tmp_path}/digest/issue.mjml.j2"
    assert error.line == line
    assert what in str(error)
    assert error.todo


def test_a_fault_in_an_included_file_is_named_there(themed: Themed, tmp_path: object) -> None:
    error = refusal(themed(**{"article.mjml.j2": "{# a card #}\n<mj-text>\n  <b>{{ article.title }}\n</mj-text>\n"}))
    assert (error.where, error.line) == (f"{tmp_path}/digest/article.mjml.j2", 3)


def test_an_undefined_name_in_an_included_file_is_named_there(themed: Themed, tmp_path: object) -> None:
    error = refusal(themed(**{"footer.mjml.j2": "\n\n\n{{ slots.nothing }}"}))
    assert (error.where, error.line) == (f"{tmp_path}/digest/footer.mjml.j2", 4)


def test_a_fault_after_a_variable_of_many_lines_keeps_its_line(themed: Themed) -> None:
    body = "{% set lines = 'a\\nb\\nc' %}\n<mj-text>{{ lines }}</mj-text>\n<mj-txt></mj-txt>"
    assert refusal(themed(**{"issue.mjml.j2": SHELL.format(body=body)})).line == 7


def test_the_text_template_is_strict_too(themed: Themed, tmp_path: object) -> None:
    error = refusal(themed(**{"issue.txt.j2": "{{ slots.unsubscribe }}\n{{ nonsense }}\n"}))
    assert (error.where, error.line) == (f"{tmp_path}/digest/issue.txt.j2", 2)


def test_a_theme_without_an_unsubscribe_link_is_refused_in_either_part(themed: Themed) -> None:
    html = refusal(themed(**{"footer.mjml.j2": ""}))
    assert "no unsubscribe link" in html.what
    text = refusal(
        themed(
            **{
                "footer.mjml.j2": "<mj-section><mj-column><mj-text>{{ slots.unsubscribe }}</mj-text>"
                "</mj-column></mj-section>",
                "issue.txt.j2": "Hello",
            }
        )
    )
    assert "no unsubscribe link" in text.what
    assert text.where.endswith("issue.txt.j2")


def test_a_slot_without_an_address_is_undefined(themed: Themed) -> None:
    error = refusal(themed(private(), **{"issue.mjml.j2": SHELL.format(body="<mj-text>{{ slots.web }}</mj-text>")}))
    assert "web" in error.what
    assert error.line == 5


def test_a_slot_in_a_place_that_is_not_kept_is_refused(themed: Themed) -> None:
    body = '<mj-text mj-class="{{ slots.name }}">a</mj-text>'
    error = refusal(themed(**{"issue.mjml.j2": SHELL.format(body=body)}))
    assert re.search("placed 1 times and came out 0 times", error.what)
    assert error.line == 5


def test_a_theme_that_is_not_there_is_named_with_the_nearest_one(themed: Themed) -> None:
    error = refusal(Renderer(replace(OPTIONS, theme="digets"), [builtin_templates()]))
    assert 'there is no theme "digets"' in error.what
    assert error.todo == 'did you mean "digest"?'


def test_a_template_that_is_not_utf8_is_named(themed: Themed, tmp_path: object) -> None:
    renderer = themed(**{"footer.mjml.j2": ""})
    file = next(iter(renderer._folders)) / "digest" / "footer.mjml.j2"
    file.write_bytes(b"\xff\xfe")
    assert refusal(renderer).where == str(file)


def test_a_file_that_appears_in_a_nearer_folder_replaces_the_built_in_one_at_once(themed: Themed) -> None:
    renderer = themed()
    assert "Three words here" not in renderer.render(ISSUE).html
    themed(**{"contents.mjml.j2": "<mj-text>Three words here</mj-text>"})
    assert "Three words here" in renderer.render(ISSUE).html


def test_a_theme_of_ones_own_may_extend_the_built_in_one(themed: Themed, tmp_path: object) -> None:
    mine = replace(OPTIONS, theme="mine")
    renderer = themed(
        mine,
        **{
            "issue.mjml.j2": '{% extends "digest/issue.mjml.j2" %}\n{% block contents %}'
            "<mj-text>No contents today</mj-text>{% endblock %}",
            "issue.txt.j2": '{% extends "digest/issue.txt.j2" %}',
        },
    )
    html = renderer.render(ISSUE).html
    assert "No contents today" in html
    assert "Why it matters" in html


@pytest.mark.parametrize(
    "expression",
    [
        "'a' * 10**9", "10**9 * 'a'", "[1] * 10**9", "9 ** (9 ** 9)", "10 ** 1000000", "'%99999999d' % 1",
        "'{:>9999999999}'.format(1)", "'{:>{}}'.format(1, 9999999999)", "'{a:>{b}}'.format(a=1, b=99999999)",
        "'{:>9999999999}'.format_map({})",
    ],
)  # fmt: skip
def test_a_template_that_would_fill_the_memory_is_refused_at_its_line(themed: Themed, expression: str) -> None:
    error = refusal(themed(**{"issue.mjml.j2": SHELL.format(body="<mj-text>{{ " + expression + " }}</mj-text>")}))
    assert error.line == 5
    assert "the template fails: this" in error.what


def test_what_a_theme_computes_in_earnest_is_computed(themed: Themed) -> None:
    body = "<mj-text>{{ '-' * 72 }}{{ 2 ** 10 }}{{ '%04d' % 7 }}{{ '{:>5}'.format('x') }}{{ 3 * 4 }}</mj-text>"
    html = themed(**{"issue.mjml.j2": SHELL.format(body=body)}).render(ISSUE).html
    assert "-" * 72 + "1024" + "0007" in html
    assert "    x12" in html.replace("&nbsp;", " ")
