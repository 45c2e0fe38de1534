"""The variants of an issue in the studio, in a real browser."""

import os
import re

import pytest
from playwright.sync_api import Browser, expect
from preview_process import make_sample, running_preview
from sections_chosen import choose, make_optional

pytestmark = pytest.mark.chromium

DATA, SEARCH = "Data platforms", "Search, ads and recommendations"


def test_the_variants_are_stepped_through_and_each_reader_sees_their_own(browser: Browser, tmp_path):
    folder = tmp_path / "desk"
    make_sample(folder, tmp_path / "home")
    make_optional(folder, DATA, SEARCH)
    os.environ["NEWSLETTER_HOME"] = str(tmp_path / "home")
    choose(folder, "ada@example.com", DATA)
    with running_preview(folder, tmp_path / "home") as running:
        context = browser.new_context(viewport={"width": 1400, "height": 1000})
        page, wrong = context.new_page(), []
        page.on("pageerror", lambda fault: wrong.append(str(fault)))
        page.goto(running.address)
        page.wait_for_selector("body[data-version]")
        body = page.frame_locator("iframe[title='The mail: desktop, light']").locator("body")
        variants, slots = page.get_by_label("Variant", exact=True), page.locator("#slots")
        expect(variants.locator("option")).to_have_text(
            ["As this reader wants it", "The whole issue · 2 people", f"Without {DATA} · 1 person",
             f"Without {SEARCH} · nobody now"]
        )  # fmt: skip
        expect(slots).to_contain_text("The whole issue")

        page.locator("body").press("v")
        page.locator("body").press("v")
        expect(slots).to_contain_text(f"Without {DATA}")
        expect(body).not_to_contain_text(re.compile(DATA, re.I))
        expect(body).to_contain_text(re.compile("Search, ads", re.I))
        page.get_by_role("button", name="The next variant").click()
        expect(slots).to_contain_text(f"Without {SEARCH}")
        expect(body).to_contain_text(re.compile(DATA, re.I))
        page.locator("body").press("Shift+V")
        expect(slots).to_contain_text(f"Without {DATA}")

        page.get_by_label("Shown to").select_option("ada@example.com")
        expect(variants).to_have_value("")
        expect(slots).to_contain_text(f"Without {DATA}")
        expect(body).not_to_contain_text(re.compile(DATA, re.I))
        page.locator("body").press("4")
        expect(page.locator("#view-source")).to_contain_text(DATA)
        assert wrong == []
        context.close()
        assert running.get("issue/summary?variant=%7B%7D").status == 409
