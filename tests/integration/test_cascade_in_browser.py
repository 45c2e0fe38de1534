"""The cascade as the checks decide it is the one that Chromium decides, text by text."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html as lxml_html
from playwright.sync_api import Browser, Page

sys.path.append(str(Path(__file__).parents[1] / "unit" / "rendering"))

from rendering_samples import OPTIONS, article, eight_article_issue, issue_of

from newsletter.checks.cascade import Cascade
from newsletter.checks.media_query import View
from newsletter.rendering.renderer import Renderer
from newsletter.rendering.themes import builtin_templates

pytestmark = pytest.mark.chromium

# What Chromium computes for every numbered element; the ground is put together from all that stand below it.
LOOKS = """
() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n }
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3]))
  const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
    && matchMedia('(prefers-color-scheme: dark)').matches
  const ground = (e) => {
    const below = e.parentElement ? ground(e.parentElement) : dark ? [18, 18, 18] : [255, 255, 255]
    return over(parse(getComputedStyle(e).backgroundColor), below)
  }
  const line = (e) => e && (getComputedStyle(e).textDecorationLine.includes('underline') || line(e.parentElement))
  return Object.fromEntries([...document.querySelectorAll('[data-n]')].map((e) => {
    const style = getComputedStyle(e), back = ground(e)
    const shown = e.checkVisibility({opacityProperty: true}) && style.visibility === 'visible'
    return [e.dataset.n, {colour: over(parse(style.color), back), ground: back, size: parseFloat(style.fontSize),
      weight: Number(style.fontWeight), underlined: Boolean(line(e)), shown}]
  }))
}
"""

DIFFICULT = """<!DOCTYPE html><html><head><style>
* { font-family: Arial } p { color: rgb(1 2 3 / 50%) } .a.b { color: #123 } p.a { color: #456 !important }
#x { color: red } div > p { font-size: 1.5em } div p + p { font-size: x-large } td:first-child {
 color: hsl(10, 50%, 40%) }
.a:not(.b), .broken:: { color: lime } .odd:unknown, .a { color: lime } [title=t] {
 background: url(x.png) #fed no-repeat }
@media (width >= 500px) { .wide { color: #0a0 } } @media not print and (max-width: 499px) { .wide { font-weight: 900 } }
@media (prefers-color-scheme: dark) { .wide { background-color: #111 }
 @media (min-width: 500px) { .a { opacity: .999 } } }
@media print, (orientation: landscape) and (min-width: 9999px) { p { color: lime !important } }
.gone { visibility: hidden } .back { visibility: visible } a.plain { text-decoration: none }
.w { font: bold 18px/1.2 Arial }
.c { color: inherit } .d { background: currentcolor; } p::before { color: lime } .bad { color: 12px; color: nocolour }
</style><style media="print">p { color: lime }</style></head><body bgcolor="#eeeecc" text="navy">
<p class="a b">one</p><p class="a" style="color: lime">two</p><p id="x" style="color: blue">three</p>
<div style="background: rgba(0, 0, 0, .4)"><p class="bad">four</p><p>five <small>six</small> <sub>s</sub></p>
<p class="d">e</p>
<span style="background: rgba(255, 0, 0, .5); color: rgba(0, 0, 255, .7)">seven <b>eight <b>nine</b></b></span></div>
<table><tbody><tr><td bgcolor="abcdef">ten</td><td title="t">eleven</td><th>twelve</th></tr></tbody></table>
<p class="wide">thirteen</p><div class="gone">f <i class="back">g</i></div><div style="display:none">h<b>i</b></div>
<p><a href="#">link <em>in it</em></a> <a class="plain" href="#">p</a> <a>no link</a> <a class="c" href="#">q</a></p>
<h1>h</h1><h3>h <code>c</code></h3><pre>m <code>n</code></pre><p class="w">w <font color="#00f">f</font></p>
<mark>k</mark>
<div hidden>z</div><u>u</u><div style="opacity:0">o</div><p style="font-size: 80%; font-weight: lighter">l<b>m</b></p>
</body></html>"""


def digest() -> str:
    words = (
        "A `word`, *another* and a [link](https://example.com).\n\n> Said.\n\n```\ncode\n```\n\n"
        "| A | B |\n|---|---|\n| 1 | 2 |"
    )
    sponsor = article("Acme", words="Our *sponsor* [says](https://acme.example/x).", sponsor=True)
    eight = eight_article_issue()
    extra = issue_of(article("Words", words=words), sponsor).sections
    renderer = Renderer(OPTIONS, [builtin_templates()])
    issue = issue_of(*eight.articles, *(one for section in extra for one in section.articles), intro=eight.intro)
    return renderer.render(issue).html


def numbered(html: str) -> str:
    """Give each element outside comments a number, so that both parsers speak of the same one."""
    count = iter(range(100_000))
    tag = re.compile(r"<!--.*?-->|<style.*?</style>|<([a-z]\w*)(?=[\s>/])", re.S)
    return tag.sub(lambda match: f'<{match[1]} data-n="{next(count)}"' if match[1] else match[0], html)


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param)
    context.route("**/*", lambda route: route.abort())
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
@pytest.mark.parametrize("name", ["digest", "difficult", "difficult, dark"])
def test_every_text_looks_as_in_chromium(page: Page, request: pytest.FixtureRequest, name: str) -> None:
    html = numbered(digest() if name == "digest" else DIFFICULT)
    if name == "difficult, dark":
        html = html.replace("<style>", "<style>:root { color-scheme: light dark }", 1).replace(' text="navy"', "")
    cascade = Cascade(lxml_html.document_fromstring(html))
    dark = request.node.callspec.params["page"] == "dark"
    page.set_content(html)
    for width in (375, 700):
        page.set_viewport_size({"width": width, "height": 900})
        theirs = page.evaluate(LOOKS)
        looks = cascade.looks(View(width, dark))
        wrong = []
        for kind, elements in cascade.texts:
            look = looks[kind.index]
            for element in elements:
                if "data-n" not in element.attrib:
                    continue
                real = theirs[element.get("data-n")]
                shown = not (look.hidden or look.unseen)
                told = {"shown": shown, "size": look.size, "weight": look.weight, "underlined": look.underlined}
                told["colour"] = [look.colour.red, look.colour.green, look.colour.blue]
                told["ground"] = [look.ground.red, look.ground.green, look.ground.blue]
                names = [one for one in told if real["shown"] or one == "shown"]
                limits = {"size": 0.05}
                differs = {
                    one: (told[one], real[one])
                    for one in names
                    if told[one] != pytest.approx(real[one], abs=limits.get(one, 0.6))
                }
                if differs:
                    wrong.append((element.tag, element.get("class"), (element.text or "")[:20], differs))
        assert wrong == []
        assert sum(len(elements) for _, elements in cascade.texts) > 30
