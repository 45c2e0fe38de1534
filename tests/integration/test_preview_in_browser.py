"""The preview in a real browser: it follows saves, works by keyboard, keeps nobody out, lets no mail do anything."""

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from needs import axe
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from preview_process import Running, make_sample, running_preview

SCHEMES = ("light", "dark")
VIEWS = {"mail": "Mail", "text": "Plain text", "message": "Message", "source": "Source", "pick": "Pick"}

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    base = tmp_path_factory.mktemp("preview")
    make_sample(base / "desk", base / "home")
    with running_preview(base / "desk", base / "home") as running:
        yield running


@pytest.fixture
def issue(preview: Running) -> Iterator[Running]:
    """The preview, of an issue that the test may change."""
    text = preview.issue.read_bytes()
    yield preview
    preview.issue.write_bytes(text)


@pytest.fixture
def open_preview(browser: Browser, preview: Running) -> Iterator[Callable[..., Page]]:
    """``open_preview(width, scheme)`` shows the page; whatever it complains of or asks elsewhere fails the test."""
    contexts, wrong = [], []

    def open_page(width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.told_wrong = wrong  # type: ignore[attr-defined]
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: wrong.append(str(fault)))
        page.on("request", lambda asked: None if asked.url.startswith(preview.address) else wrong.append(asked.url))
        page.goto(preview.address)
        ready(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def ready(page: Page) -> None:
    """Wait until the mail is there, as high as it is."""
    page.wait_for_function(
        """() => document.body.dataset.version !== undefined &&
        [...document.querySelectorAll("iframe")].every((frame) =>
            !frame.checkVisibility() || (frame.contentDocument?.body?.innerText && frame.offsetHeight > 600))"""
    )


def mail(page: Page, at: str = "desktop", scheme: str = "light") -> str:
    return f"iframe[title='The mail: {at}, {scheme}']"


def text_of_mail(page: Page, at: str = "desktop", scheme: str = "light") -> str:
    return page.frame_locator(mail(page, at, scheme)).locator("body").inner_text()


def visible_devices(page: Page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('iframe')].filter((frame) => frame.checkVisibility()).map(({title}) => title)"
    )


def test_desktop_and_phone_stand_side_by_side(open_preview):
    page = open_preview(1600)
    desktop, phone = (page.locator(mail(page, at)).bounding_box() for at in ("desktop", "phone"))
    assert (desktop["width"], phone["width"]) == (700, 375)
    assert desktop["x"] + desktop["width"] < phone["x"]
    widths = [
        page.frame_locator(mail(page, at)).locator("html").evaluate("() => innerWidth") for at in ("desktop", "phone")
    ]
    assert widths == [700, 375]


def test_a_mail_is_shown_in_full_and_does_not_scroll_by_itself(open_preview):
    page = open_preview(1280)
    for at in ("desktop", "phone"):
        root = page.frame_locator(mail(page, at)).locator("html")
        page.wait_for_function(
            "(title) => { const frame = document.querySelector(title);"
            " return frame.contentDocument.documentElement.scrollHeight <= frame.clientHeight }",
            arg=mail(page, at),
        )
        assert root.evaluate("(root) => root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth")


def test_the_inbox_line_is_that_of_a_mail_program(open_preview):
    page = open_preview()
    for at in ("desktop", "phone"):
        line = page.get_by_role("group", name=f"Inbox line, {at}").locator("visible=true")
        expect(line.locator(".from")).to_have_text("Engineering Digest")
        expect(line.locator(".subject")).to_have_text("Moka, PinConsole, and a one-in-a-million failure")
        expect(line.locator(".preheader")).to_have_text(re.compile("^Eight write-ups"))


def test_light_and_dark_are_those_of_the_mail_whatever_the_browser_prefers(open_preview):
    def brightness(page: Page, scheme: str) -> int:
        body = page.frame_locator(mail(page, "phone", scheme)).locator("body")
        return sum(
            body.evaluate("(body) => getComputedStyle(body).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)")
        )

    for preferred in SCHEMES:
        page = open_preview(1600, preferred)
        page.get_by_role("group", name="How the mail is shown").get_by_text("Both").click()
        ready(page)
        assert len(visible_devices(page)) == 4
        assert brightness(page, "light") > 600
        assert brightness(page, "dark") < 200
        page.get_by_role("group", name="How the mail is shown").get_by_text("Dark").click()
        assert visible_devices(page) == ["The mail: desktop, dark", "The mail: phone, dark"]


def test_a_save_reloads_and_keeps_what_is_chosen_and_where_it_is_scrolled_to(open_preview, issue):
    page = open_preview()
    page.keyboard.press("d")
    ready(page)
    page.evaluate("scrollTo(0, 1500)")
    before = page.evaluate("history.length")
    issue.change("If you read only one", "If you read just one")
    expect(page.frame_locator(mail(page, "phone", "dark")).locator("body")).to_contain_text("If you read just one")
    expect(page.frame_locator(mail(page, "desktop", "dark")).locator("body")).to_contain_text("If you read just one")
    ready(page)
    assert visible_devices(page) == ["The mail: desktop, dark", "The mail: phone, dark"]
    assert page.evaluate("scrollY") == 1500
    assert page.evaluate("history.length") == before, "a save is no step to go back by"
    expect(page.get_by_role("status")).to_contain_text("Live · reloaded")
    page.get_by_role("tab", name="Plain text").click()
    issue.change("If you read just one", "If you read merely one")
    expect(page.locator("#text")).to_contain_text("If you read merely one")
    expect(page.get_by_role("tab", name="Plain text")).to_have_attribute("aria-selected", "true")


def test_what_is_chosen_outlives_a_reload_of_the_page(open_preview):
    page = open_preview()
    page.keyboard.press("b")
    page.get_by_role("group", name="Width").get_by_text("Phone").click()
    page.get_by_role("tab", name="Source").click()
    page.get_by_text("MJML", exact=True).click()
    page.reload()
    expect(page.locator("#source")).to_contain_text("<mjml")
    expect(page.get_by_role("tab", name="Source")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Mail").click()
    ready(page)
    assert visible_devices(page) == ["The mail: phone, light", "The mail: phone, dark"]


def test_an_error_is_shown_beside_the_last_good_version_and_goes_when_it_is_mended(open_preview, issue):
    page = open_preview()
    banner = page.get_by_role("alert")
    expect(banner).to_have_count(0)
    issue.change('subject = "Moka', "subject = Moka")
    expect(banner).to_contain_text("This is not TOML")
    expect(banner).to_contain_text("issues/001.md:4")
    assert "Hello Sample Reader" in text_of_mail(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Moka, PinConsole, and a one-in-a-million failure")
    banner.get_by_role("button", name="issues/001.md:4").click()
    expect(page.locator("#line-4")).to_contain_text("subject = Moka")
    expect(page.locator("#line-4 .remark")).to_contain_text("Error This is not TOML")
    page.reload()
    expect(banner).to_contain_text("This is not TOML")
    page.keyboard.press("1")
    ready(page)
    assert "Hello Sample Reader" in text_of_mail(page), "the server keeps it, not the page"
    issue.change("subject = Moka", 'subject = "Moka')
    expect(banner).to_have_count(0)
    assert "Hello Sample Reader" in text_of_mail(page)


def test_an_issue_that_was_never_good_says_so_and_appears_when_it_is(browser, tmp_path):
    make_sample(tmp_path / "desk", tmp_path / "home")
    path = tmp_path / "desk" / "issues" / "001.md"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"number = 1", b"number = one"))
    with running_preview(tmp_path / "desk", tmp_path / "home") as running:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(running.address)
        expect(page.get_by_role("alert")).to_contain_text("issues/001.md:2")
        expect(page.get_by_text("There is no rendering yet.")).to_be_visible()
        assert visible_devices(page) == []
        path.write_bytes(text)
        expect(page.get_by_role("alert")).to_have_count(0)
        ready(page)
        assert "Hello Sample Reader" in text_of_mail(page)
        context.close()


def test_the_page_says_when_the_preview_has_ended(browser, tmp_path):
    make_sample(tmp_path / "desk", tmp_path / "home")
    with running_preview(tmp_path / "desk", tmp_path / "home") as running:
        context = browser.new_context()
        page = context.new_page()
        page.goto(running.address)
        ready(page)
        running.process.terminate()
        expect(page.get_by_role("status")).to_have_text("Ended · run newsletter preview again")
        assert "Hello Sample Reader" in text_of_mail(page)
        context.close()


def findings(page: Page) -> Locator:
    return page.locator("#findings > li")


def test_a_finding_has_its_severity_in_words_its_place_and_what_to_do(open_preview, issue):
    page = open_preview(1600)
    expect(page.get_by_text("1 error, ")).to_be_visible()
    finding = findings(page).first
    expect(finding).to_contain_text("Error")
    expect(finding).to_contain_text("has no link")
    issue.change(
        "### Developer Experience at Pinterest: The Journey to PinConsole", "### [PinConsole](https://example.com/p)"
    )
    expect(page.get_by_text("notes: this issue can be sent.")).to_be_visible()


def marked(page: Page, at: str = "desktop") -> list[str]:
    return page.frame_locator(mail(page, at)).locator("[data-marked]").all_inner_texts()


def test_a_finding_marks_its_element_in_the_picture_and_brings_it_into_the_window(open_preview):
    page = open_preview(1600)
    findings(page).first.hover()
    title = "Developer Experience at Pinterest: The Journey to PinConsole"
    heading = page.frame_locator(mail(page)).get_by_role("heading", name=title)
    expect(heading).to_have_attribute("data-marked", "")
    expect(heading).to_be_in_viewport()
    assert marked(page, "phone") == [title, title], "in the contents, and above the article"
    page.get_by_role("heading", level=1).hover()
    expect(heading).not_to_have_attribute("data-marked", "")
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("j")
    expect(findings(page).first.get_by_role("button")).to_be_focused()
    expect(heading).to_have_attribute("data-marked", "")
    page.keyboard.press("k")
    expect(findings(page).last.get_by_role("button")).to_be_focused()


def test_a_finding_about_the_theme_marks_what_the_template_made(open_preview, issue):
    own = issue.folder / "templates" / "digest"
    own.mkdir(parents=True)
    try:
        (own / "footer.mjml.j2").write_text(
            '<mj-section><mj-column>\n<mj-text><p style="font-size: 6px">tiny</p>'
            '<a href="{{ slots.unsubscribe }}">{{ words.unsubscribe }}</a></mj-text>\n</mj-column></mj-section>\n',
            encoding="utf-8",
        )
        page = open_preview(1600)
        finding = findings(page).filter(has_text="footer.mjml.j2:2").filter(has_text="6px")
        finding.hover()
        expect(page.frame_locator(mail(page)).get_by_text("tiny")).to_have_attribute("data-marked", "")
        with silenced(page):
            finding.get_by_role("button").click()
            expect(finding.get_by_role("status")).to_contain_text("no editor is configured")
        expect(finding.locator(".excerpt .here")).to_contain_text('<p style="font-size: 6px">tiny</p>')
    finally:
        shutil.rmtree(own)


def test_a_click_on_a_finding_shows_its_line_and_opens_the_editor(open_preview, issue, tmp_path):
    page = open_preview(1600)
    finding = findings(page).first
    line = int(re.search(r"issues/001\.md:(\d+)", finding.inner_text())[1])
    with silenced(page):
        finding.get_by_role("button").click()
        expect(finding.locator(".excerpt .here")).to_contain_text(f"{line} ### Developer Experience")
        expect(finding.get_by_role("status")).to_contain_text("no editor is configured; write under [preview]")
    finding.get_by_role("button").click()
    expect(finding.locator(".excerpt")).to_have_count(0)
    opened, local = tmp_path / "opened", issue.folder / "newsletter.local.toml"
    before = local.read_bytes() if local.exists() else None
    script = f"import sys, pathlib; pathlib.Path({str(opened)!r}).write_text(' '.join(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "{file}", "+{line}:{column}"]
    try:
        local.write_text(f"[preview]\neditor = {json.dumps(command)}\n", encoding="utf-8")
        finding.get_by_role("button").click()
        expect(finding.get_by_role("status")).to_have_text("Opened in your editor.")
        assert opened.read_text() == f"{issue.issue.resolve()} +{line}:1"
    finally:
        local.unlink()
        if before is not None:
            local.write_bytes(before)


@contextmanager
def silenced(page: Page) -> Iterator[None]:
    """Let the browser complain of an answer that says no, once."""
    complaints = page.told_wrong  # type: ignore[attr-defined]
    count = len(complaints)
    yield
    page.wait_for_timeout(0)
    assert len(complaints) == count + 1
    assert "409" in complaints.pop()


def test_two_clicks_in_the_picture_go_to_the_line(open_preview):
    page = open_preview(1600)
    with silenced(page):
        page.frame_locator(mail(page)).get_by_text("one request in a million").dblclick()
        expect(page.locator("#source .here")).to_contain_text("*one request in a million*")
        expect(page.locator("#status")).to_contain_text(re.compile(r"^issues/001\.md:\d+ · .*no editor is configured"))


def test_the_source_is_the_file_to_the_letter(open_preview, preview):
    page = open_preview()
    page.get_by_role("tab", name="Source").click()
    shown = page.locator("#source").evaluate(
        "(pre) => [...pre.children].map((row) => row.firstChild.textContent).join('')"
    )
    assert shown == preview.issue.read_text(encoding="utf-8")


def test_everything_can_be_done_by_keyboard(open_preview):
    page = open_preview()

    def focused() -> str:
        return page.evaluate("document.activeElement.id || document.activeElement.name")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the issue")).to_be_in_viewport()
    page.keyboard.press("Tab")
    assert focused() == "tab-mail"
    for key, view in [("ArrowRight", "text"), ("ArrowRight", "message"), ("End", "pick"), ("ArrowRight", "mail"),
                      ("ArrowLeft", "pick"), ("Home", "mail")]:  # fmt: skip
        page.keyboard.press(key)
        assert focused() == f"tab-{view}"
        assert page.evaluate(
            "[...document.querySelectorAll('[role=tabpanel]:not([hidden])')].map((one) => one.id)"
        ) == [f"view-{view}"]
        assert (
            page.evaluate(
                "[...document.querySelectorAll('[role=tab][tabindex=\"0\"], [role=tab]:not([tabindex])')].length"
            )
            == 1
        )
    page.keyboard.press("Tab")
    assert focused() == "width"
    page.keyboard.press("ArrowRight")
    assert visible_devices(page) == ["The mail: desktop, light"]
    page.keyboard.press("Tab")
    assert focused() == "scheme"
    page.keyboard.press("ArrowRight")
    assert visible_devices(page) == ["The mail: desktop, dark"]
    page.keyboard.press("Tab")
    assert focused() == "view-mail"


def test_what_has_the_focus_is_seen(open_preview):
    page = open_preview()
    page.keyboard.press("Tab")
    for _ in range(4):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            """() => { const at = document.activeElement, shown = at.closest(".seg label") ?? at;
            const style = getComputedStyle(shown); return [style.outlineStyle, parseFloat(style.outlineWidth)] }"""
        )
        assert outline == ["solid", 3]


def test_single_keys_work_and_can_be_turned_off(open_preview):
    page = open_preview()
    for key, view in zip("54321", reversed(VIEWS), strict=True):
        page.keyboard.press(key)
        expect(page.locator(f"#view-{view}")).to_be_visible()
    page.get_by_label("Single keys").uncheck()
    page.keyboard.press("2")
    page.keyboard.press("d")
    expect(page.locator("#view-mail")).to_be_visible()
    assert visible_devices(page) == ["The mail: desktop, light", "The mail: phone, light"]


@pytest.mark.parametrize("width", [320, 375, 480, 700, 859, 860, 1024, 1280, 1600])
def test_nothing_is_wider_than_the_window(open_preview, issue, width):
    issue.change("Moka, PinConsole", "M" * 200)
    page = open_preview(width)
    expect(page.get_by_role("heading", level=1)).to_contain_text("M" * 200)
    for view, name in VIEWS.items():
        page.get_by_role("tab", name=name).click()
        expect(page.locator(f"#view-{view}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
    issue.change('subject = "', "subject = " + "x" * 300)
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


HOSTILE = """
<script>parent.document.body.dataset.reached = "script"</script>
<img src="x" onerror="parent.document.body.dataset.reached = 'handler'">
<svg onload="parent.document.body.dataset.reached = 'svg'"></svg>
<a id="go" href="javascript:parent.document.body.dataset.reached='link'">go</a>
<a id="top" href="about:blank" target="_top">top</a>
<form action="https://evil.example/" method="post"><button id="send">send</button></form>
<iframe srcdoc="<script>top.document.body.dataset.reached = 'frame'</script>"></iframe>
<meta http-equiv="refresh" content="0;url=https://evil.example/">
<img src="https://evil.example/pixel.gif"><style>@import "https://evil.example/x.css";</style>
"""


def test_a_hostile_template_reaches_neither_the_page_nor_the_network(browser, tmp_path):
    make_sample(tmp_path / "desk", tmp_path / "home")
    own = tmp_path / "desk" / "templates" / "digest"
    own.mkdir(parents=True)
    (own / "masthead.mjml.j2").write_text(f"<mj-raw>{HOSTILE}</mj-raw>", encoding="utf-8")
    with running_preview(tmp_path / "desk", tmp_path / "home") as running:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        asked = []
        # Asked of the network: Chromium also reports as a request what the policy stops before it gets there.
        context.route(
            lambda url: not url.startswith(running.address),
            lambda route: (asked.append(route.request.url), route.abort()),
        )
        page.goto(running.address)
        ready(page)
        frame = page.frame_locator(mail(page))
        assert frame.locator("#go").count() == 1, "the template did not arrive as it is, and nothing was tried"
        for name in ("#go", "#top", "#send"):
            frame.locator(name).click(no_wait_after=True)
        ready(page)
        assert page.evaluate("document.body.dataset.reached") is None
        assert page.url == running.address
        assert asked == []
        with page.expect_event("requestfailed", lambda request: request.url.endswith("pixel.gif")):
            page.get_by_label("Load remote content").check()
        assert "https://evil.example/pixel.gif" in asked, "and only then"
        context.close()


@pytest.mark.npm
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_no_serious_fault(open_preview, issue, width, scheme):
    page = open_preview(width, scheme)
    page.get_by_role("group", name="How the mail is shown").get_by_text("Both").click()
    page.evaluate(axe())

    def faults(what: str) -> list[str]:
        # The mail has its own test; axe cannot run in a frame without scripts.
        found = page.evaluate("axe.run(document, {iframes: false})")
        grave = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
        unsure = [one for one in found["incomplete"] if one["id"] == "color-contrast"]
        return [f"{what}: {one['id']}: {node['html'][:160]}" for one in grave + unsure for node in one["nodes"]]

    wrong = []
    for key, view in enumerate(VIEWS, 1):
        page.keyboard.press(str(key))
        expect(page.locator(f"#view-{view}")).to_be_visible()
        wrong += faults(view)
    issue.change('subject = "Moka', "subject = Moka")
    expect(page.get_by_role("alert")).to_be_visible()
    for key, view in enumerate(VIEWS, 1):
        page.keyboard.press(str(key))
        wrong += faults(f"{view} beside an error")
    assert wrong == []


def test_a_picture_of_media_is_shown_and_a_new_one_in_its_place(open_preview, issue):
    media = issue.issue.parents[1] / "media"
    media.mkdir()
    Image.new("RGB", (200, 100), (150, 60, 40)).save(media / "chart.png")
    page = open_preview()
    issue.change("\n## ", "\n![A chart](media/chart.png)\n\n## ")
    shown = page.frame_locator("iframe[title='The mail: desktop, light']").get_by_alt_text("A chart")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("(image) => [image.complete, image.naturalWidth, image.clientWidth]") == [True, 200, 200]
    Image.new("RGB", (300, 100), (150, 60, 40)).save(media / "chart.png")
    expect(shown).to_have_attribute("width", "300")


def test_with_images_off_a_picture_s_box_is_as_large_as_it_on_desktop_and_phone(open_preview, issue):
    media = issue.issue.parents[1] / "media"
    media.mkdir(exist_ok=True)
    Image.new("RGB", (1000, 400), (60, 90, 140)).save(media / "wide.png")
    issue.change("\n## ", "\n![A wide chart](media/wide.png)\n\n## ")
    page = open_preview(1600)
    sizes = {}
    for at in ("desktop", "phone"):
        image = page.frame_locator(mail(page, at)).get_by_alt_text("A wide chart")
        sizes[at] = image.evaluate("(image) => [image.clientWidth, image.clientHeight]")
    page.keyboard.press("i")
    for at in ("desktop", "phone"):
        frame = page.frame_locator(mail(page, at, "images off"))
        box = frame.get_by_text("A wide chart").evaluate("(box) => [box.offsetWidth, box.offsetHeight]")
        assert box == pytest.approx(sizes[at], abs=2), at
        assert frame.locator("html").evaluate("(root) => root.scrollWidth <= innerWidth")


def test_the_ruler_says_what_each_article_weighs_and_the_picture_where_gmail_clips(open_preview, issue):
    page = open_preview(1600)
    expect(page.locator("#ruler")).to_contain_text("bytes below where Gmail clips")
    expect(page.locator("#ruler .shares li")).to_have_count(8)
    page.locator("#ruler .shares li").nth(1).hover()
    assert marked(page) == ["Next Gen Data Processing at Massive Scale At Pinterest With Moka (Part 2 of 2)"]
    expect(page.locator(".clip")).to_have_count(0)
    text = issue.issue.read_text(encoding="utf-8")
    block = re.search(r"(?ms)^### \[Next Gen.*?(?=^### )", text)[0]  # type: ignore[index]
    again = [re.sub(r"\(https.*?\) \{#\w+\}", f"(https://example.com/{n})", block, count=1) for n in range(30)]
    issue.issue.write_text(text.rstrip() + "\n\n" + "".join(again), encoding="utf-8")
    expect(page.locator("#ruler")).to_contain_text("bytes too many: Gmail clips it")
    line = page.locator("[data-at=desktop] .clip").locator("visible=true")
    expect(line).to_have_text("Gmail clips the mail here")
    # In the article whose bytes are the 102,400th, as soon as its frame has the new mail.
    page.wait_for_function(
        """async () => {
            const { weight } = await (await fetch("issue/findings")).json();
            const at = weight.shares.findIndex(({ index }) => index === weight.clipped);
            const frame = document.querySelector("iframe").contentDocument;
            const element = ({ places }) => frame.querySelector(`[data-place="${places[0]}"]`);
            const top = (share) => element(share)?.getBoundingClientRect().top;
            const line = parseFloat(document.querySelector("[data-at=desktop] .clip")?.style.top);
            return top(weight.shares[at]) <= line && line <= top(weight.shares[at + 1]);
        }"""
    )
