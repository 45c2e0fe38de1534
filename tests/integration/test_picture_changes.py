"""What changed between two pictures that a real Chromium took is marked, and nothing that only moved."""

from io import BytesIO

import pytest
from PIL import Image

from newsletter.browser.changes import Box, changes, steady
from newsletter.browser.chromium import open_chromium
from newsletter.browser.marking import HEAD, MARGIN, mark_changes

pytestmark = pytest.mark.chromium

STYLE = (
    "body{margin:0;background:#f3f0e8;font:16px/1.55 'DejaVu Sans',sans-serif;color:#222}"
    "article{background:#fff;border-radius:6px;margin:14px 50px;padding:26px 32px}"
    "a{color:#222;text-decoration:underline 1px #993322;text-underline-offset:4px}h3{margin:0 0 7.3px;font-size:22px}"
)
TEXTS = {
    "one": "Four standard environments, each with its own isolation, and event logs that must reach the store soon. ",
    "two": "A console for all jobs of a platform: who owns what, what it costs, and why it was late today. ",
    "three": "One request in a million failed, and nobody knew why, until the logs of the kernel said it plainly. ",
    "four": "Approximate neighbours are found offline, which saves two thirds of the machines and loses nothing much. ",
    "five": "How sixteen thousand actions of a reader fit into a model that answers in less than twenty milliseconds. ",
}


def article(name: str, words: str = "", *, times: int = 3) -> str:
    words = words or TEXTS[name] * times
    return f'<article id="{name}"><h3><a href="#">Why {name} jumps again</a></h3><p>{words}</p><b>Read</b></article>'


def page(*articles: str, style: str = "") -> str:
    head = f"<head><title>t</title><style>{STYLE}{style}</style></head>"
    return f'<!DOCTYPE html><html lang="en">{head}{"".join(articles)}</html>'


CHANGED = article("three", (TEXTS["three"] * 3).replace("logs", "cogs", 1))
FIVE = [article(name) for name in TEXTS]


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as opened:
        yield opened


@pytest.fixture(params=[375, 700])
def compare(chromium, request):
    """``compare(old, new)`` gives the changes; ``compare.box(html, id)`` where an element is."""

    def compared(old, new):
        pictures = (chromium.picture(steady(html), width=request.param) for html in (old, new))
        return changes(*(Image.open(BytesIO(data)).convert("RGB") for data in pictures))

    def box(html, name):
        call = f"() => {{ const b = document.getElementById('{name}').getBoundingClientRect(); "
        sides = chromium.run(html, "", call + "return [b.left, b.top, b.right, b.bottom] }", width=request.param)
        return Box(**dict(zip(("left", "top", "right", "bottom"), map(round, sides), strict=True)))

    compared.box = box
    return compared


def lies_in(inner: Box, outer: Box, *, slack: int = 2) -> bool:
    return (
        inner.left >= outer.left - slack
        and inner.right <= outer.right + slack
        and inner.top >= outer.top - slack
        and inner.bottom <= outer.bottom + slack
    )


def test_the_same_page_twice_has_no_change(compare):
    assert compare(page(*FIVE), page(*FIVE)) == []


def test_a_changed_word_marks_its_line_in_its_article_and_nothing_else(compare):
    new = page(*FIVE[:2], CHANGED, *FIVE[3:])
    (change,) = compare(page(*FIVE), new)
    assert change.before == change.after
    assert lies_in(change.after, compare.box(new, "three"))
    assert 8 <= change.after.height <= 25  # a line of text


def test_a_longer_paragraph_marks_itself_and_not_what_moved_below(compare):
    new = page(*FIVE[:1], article("two", times=4), *FIVE[2:])
    (change,) = compare(page(*FIVE), new)
    assert lies_in(change.before, compare.box(page(*FIVE), "two"))
    assert lies_in(change.after, compare.box(new, "two"))
    assert change.after.height > change.before.height


@pytest.mark.parametrize("at", range(6))
def test_an_inserted_article_marks_only_itself(compare, at):
    new = page(*FIVE[:at], article("new", "Queues are everywhere, and this one is new."), *FIVE[at:])
    (change,) = compare(page(*FIVE), new)
    assert change.before.height == 0
    where = compare.box(new, "new")
    # On which side of the frame between two equal ones it came in nobody can tell: half of it may count as its own.
    assert lies_in(change.after, where, slack=44)
    assert change.after.top <= where.top + 40
    assert change.after.bottom >= where.bottom - 40


def test_an_article_that_is_gone_marks_only_itself(compare):
    (change,) = compare(page(*FIVE), page(*FIVE[:3], *FIVE[4:]))
    assert change.after.height == 0
    assert lies_in(change.before, compare.box(page(*FIVE), "four"), slack=44)


def test_what_moves_by_part_of_a_pixel_is_no_change(compare):
    assert compare(page(*FIVE), page(*FIVE, style="#one{margin-top:14.4px}")) == []
    assert compare(page(*FIVE), page(*FIVE, style="#two{padding-top:33.7px}")) == []


def test_a_gap_that_grew_is_a_change(compare):
    (change,) = compare(page(*FIVE), page(*FIVE, style="#three{margin-top:60px}"))
    assert change.after.height - change.before.height == pytest.approx(46, abs=2)


def test_a_new_colour_is_a_change_where_it_is(compare):
    new = page(*FIVE, style="#three b{color:#c00}")
    (change,) = compare(page(*FIVE), new)
    assert lies_in(change.after, compare.box(new, "three"))
    assert change.after.right - change.after.left < 60


def test_changes_far_apart_are_each_marked(compare):
    new = page(article("one", times=1), *FIVE[1:4], article("five", times=1))
    found = compare(page(*FIVE), new)
    places = {name: compare.box(new, name) for name in TEXTS}
    told = [{name for name, place in places.items() if lies_in(change.after, place)} for change in found]
    assert {name for names in told for name in names} == {"one", "five"}
    assert all(told)


def test_pages_that_have_nothing_in_common_are_all_change(compare):
    found = compare(page(*FIVE), page("<p>Sold out</p>", style="body{background:#123}"))
    assert found[0].after.top == 0
    assert found[-1].before.bottom > 600


def test_both_are_put_side_by_side_with_numbered_marks_at_the_change(chromium):
    new = page(*FIVE[:2], CHANGED, *FIVE[3:])
    before, after = (chromium.picture(steady(html), width=700) for html in (page(*FIVE), new))
    data, (change,) = mark_changes(before, after, names=("issue 1 as sent", "issue 1"))
    marked, plain = Image.open(BytesIO(data)), Image.open(BytesIO(after)).convert("RGB")
    assert marked.width == 2 * 700 + 3 * MARGIN
    second = MARGIN + 700 + MARGIN
    right = marked.crop((second, HEAD, second + 700, HEAD + plain.height))
    told = [box.after for box in changes(plain, right)]  # what differs from the picture alone are the marks
    assert told[0].top == pytest.approx(change.after.top, abs=4)
    assert told[-1].bottom <= change.after.bottom + 22
