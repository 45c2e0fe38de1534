"""Each element of a traced mail knows where it was written; without what says so, it is the mail itself."""

import re
from pathlib import Path

import pytest
from lxml import html as lxml_html
from rendering_samples import OPTIONS, article, eight_article_issue, issue_of, passage

from newsletter.errors import RenderError
from newsletter.model.traced import Place
from newsletter.rendering.marks import mark, read_marks
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

WORDS = passage(
    "First [one](https://a.example)\nand *two*.\n\n> Said.\n\n- three\n- four\n\n| a | b |\n|---|---|\n| c | d |"
)


@pytest.fixture(scope="module")
def renderer():
    return Renderer(OPTIONS, [builtin_templates()])


def words_and_tags(html):
    return re.sub(r"\s+", " ", re.sub(r">\s+|\s+<", lambda gap: gap[0].strip(), html))


@pytest.mark.parametrize("issue", [
    eight_article_issue(), issue_of(article("One", words=WORDS.markdown), intro=WORDS),
    issue_of(article("S", sponsor=True)),
])  # fmt: skip
def test_a_traced_mail_is_the_mail_itself_but_for_its_places(renderer, issue):
    traced = renderer.trace(issue)
    bare = re.sub(r' data-place="\d+"', "", traced.html)
    assert words_and_tags(bare) == words_and_tags(renderer.render(issue).html)
    assert "place-" not in bare


def places_of(traced, path):
    root = lxml_html.document_fromstring(traced.html)
    for element in root.body.iter(path):
        while element.get("data-place") is None:
            element = element.getparent()
        yield traced.places[int(element.get("data-place"))]


def test_what_the_editor_wrote_has_the_line_of_the_issue_file(renderer):
    issue = issue_of(article("One", link="https://example.com/one"), intro=WORDS)
    traced = renderer.trace(issue)
    start = issue.intro.line
    links = [place for place in places_of(traced, "a") if place.path == issue.path]
    assert [place.line for place in links] == [start]
    quotes = [place.line for place in places_of(traced, "blockquote")]
    assert quotes == [start + 3]
    items = [place.line for place in places_of(traced, "li") if place.path == issue.path]
    assert items == [start + 5, start + 6]
    emphasis = [place.line for place in places_of(traced, "em")]
    assert emphasis == [start + 1]


def test_what_the_theme_wrote_has_line_and_column_of_its_template(renderer):
    traced = renderer.trace(eight_article_issue())
    heading = next(iter(places_of(traced, "h1")))
    source = heading.path.read_text(encoding="utf-8").splitlines()[heading.line - 1]
    assert source[heading.column - 1 :].startswith("<h1>")
    link = next(place for place in places_of(traced, "a") if place.path.name == "contents.mjml.j2")
    source = link.path.read_text(encoding="utf-8").splitlines()[link.line - 1]
    assert source[link.column - 1 :].startswith('<a class="title"')


def test_each_rule_of_the_head_knows_its_line(renderer):
    (sheet,) = renderer.trace(eight_article_issue()).sheets
    place = sheet.place(sheet.text.index("text-wrap"))
    source = place.path.read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert source[place.column - 1 :].startswith("text-wrap")


def test_a_fault_of_the_mjml_names_the_template(tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "issue.mjml.j2").write_text(
        "<mjml>\n<mj-body>\n<mj-sektion></mj-sektion>\n</mj-body>\n</mjml>", encoding="utf-8"
    )
    odd = Renderer(OPTIONS.__class__(name="N", theme="odd"), [tmp_path, builtin_templates()])
    with pytest.raises(RenderError) as told:
        odd.trace(issue_of(article("One")))
    assert (Path(told.value.where).name, told.value.line) == ("issue.mjml.j2", 3)


def test_marks_are_read_back_as_places():
    text = read_marks(mark("a.j2", 3, 5) + "ab\nc" + mark("b.md", 7) + "d")
    assert text.text == "ab\ncd"
    assert text.place(1) == Place(path=Path("a.j2"), line=3, column=6)
    assert text.place(3) == Place(path=Path("a.j2"), line=4, column=1)
    assert text.place(4) == Place(path=Path("b.md"), line=7)
    piece = text.slice(1, 5)
    assert (piece.text, piece.place(0), piece.place(3)) == ("b\ncd", text.place(1), text.place(4))
    with pytest.raises(LookupError):
        read_marks("a" + mark("b.md", 1)).place(0)
