"""Our door to a real Chromium: pictures, axe-core, and faults that are one line."""

from io import BytesIO

import pytest
from needs import axe
from PIL import Image
from playwright.sync_api import Error, Page

from newsletter.browser.axe import axe_source, run_axe
from newsletter.browser.chromium import find_chromium, open_chromium
from newsletter.errors import BrowserError

pytestmark = pytest.mark.chromium
PAGE = '<!DOCTYPE html><html lang="en"><title>t</title><body style="margin:0">{}</body></html>'


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as opened:
        yield opened


def test_a_picture_is_as_wide_as_asked_and_as_high_as_the_page(chromium):
    data = chromium.picture(PAGE.format('<div style="height:2000px"></div>'), width=375, scale=2)
    assert Image.open(BytesIO(data)).size == (750, 4000)


@pytest.mark.parametrize("refusals", [1, 3, 4])
def test_a_picture_that_chromium_refuses_now_and_then_is_asked_for_again(chromium, monkeypatch, refusals):
    taken = Page.screenshot
    words = (
        "Page.screenshot: Protocol error (Page.captureScreenshot): Unable to capture screenshot\nCall log:\n  - fonts"
    )
    left = [Error(words)] * refusals

    def refusing(page: Page, **options: object) -> bytes:
        if left:
            raise left.pop()
        return taken(page, **options)

    monkeypatch.setattr(Page, "screenshot", refusing)
    if refusals < 4:
        assert Image.open(BytesIO(chromium.picture(PAGE.format(""), width=50))).size == (50, 600)
    else:
        with pytest.raises(BrowserError, match="Unable to capture screenshot"):
            chromium.picture(PAGE.format(""), width=50)
    assert not left


def test_the_scheme_is_the_one_that_is_asked_for(chromium):
    page = PAGE.format("<style>@media (prefers-color-scheme: dark){body{background:#000}}</style>")
    colours = [
        Image.open(BytesIO(chromium.picture(page, width=50, dark=dark))).convert("RGB").getpixel((9, 9))
        for dark in (False, True)
    ]
    assert colours == [(255, 255, 255), (0, 0, 0)]


def test_scripts_of_a_mail_do_not_run(chromium):
    page = PAGE.format("<script>document.title = 'ran'</script>")
    assert chromium.run(page, "", "() => document.title") == "t"


def test_axe_finds_bad_contrast_and_says_where(chromium):
    found = run_axe(chromium, PAGE.format('<p id="pale" style="color:#ccc">Pale words</p>'), axe())
    pale = [violation for violation in found if violation.rule == "color-contrast"]
    assert {(one.scheme, one.target, one.impact) for one in pale} == {
        ("light", "#pale", "serious"),
        ("dark", "#pale", "serious"),
    }
    assert all("Pale words" in one.html for one in pale)


def test_a_missing_chromium_or_axe_core_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserError, match="CHROMIUM"):
        find_chromium()
    monkeypatch.delenv("AXE_CORE", raising=False)
    with pytest.raises(BrowserError, match="npm install axe-core"):
        axe_source(tmp_path)
