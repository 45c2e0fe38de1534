"""Picking in a real browser: by button, key and mouse, written into the issue's file as it is done."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from preview_process import Running, make_sample, running_preview

pytestmark = pytest.mark.chromium

POOLED = {
    "aaaaaaaaaaaaa": ("Sharding a control plane", "Cloudflare"),
    "bbbbbbbbbbbbb": ("A cache nobody owned", "Figma"),
    "ccccccccccccc": ("Reading a p99 honestly", "Honeycomb"),
}


def event(number: int, id: str, title: str, source: str) -> str:
    article = {"title": title, "link": f"https://example.com/{number}", "source": source, "why": "It matters."}
    at = f"2026-11-2{number}T10:00:00.000000+00:00"
    return json.dumps({"at": at, "event": "added", "id": id, "article": article}) + "\n"


@pytest.fixture
def desk(tmp_path) -> Iterator[Running]:
    make_sample(tmp_path / "desk", tmp_path / "home")
    lines = [event(number, id, *words) for number, (id, words) in enumerate(POOLED.items())]
    (tmp_path / "desk" / "pool" / "ada.jsonl").write_text("".join(lines), encoding="utf-8")
    with running_preview(tmp_path / "desk", tmp_path / "home") as running:
        yield running


@pytest.fixture
def page(browser: Browser, desk: Running) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda fault: wrong.append(str(fault)))
    page.goto(desk.address)
    page.wait_for_selector("body[data-version]")
    page.keyboard.press("5")
    expect(pool(page)).to_have_count(3)
    yield page
    context.close()
    assert wrong == []


def pool(page: Page) -> Locator:
    return page.locator("#pool .card")


def section(page: Page, number: int) -> Locator:
    return page.locator("#sections .issue-section").nth(number)


def titles(page: Page, number: int) -> list[str]:
    return section(page, number).locator(".card-title").all_inner_texts()


def file_titles(desk: Running) -> list[str]:
    lines = desk.issue.read_text(encoding="utf-8").split("\n")
    return [line[4:].split("]")[0].lstrip("[") for line in lines if line.startswith("### ")]


def new_section(page: Page) -> None:
    """Make a fourth section, and wait until the page is drawn with it: a drag during that would be of no use."""
    page.get_by_role("button", name="New section").click()
    page.get_by_label("Its name").fill("Last things")
    page.keyboard.press("Enter")
    said(page, "made the section “Last things”")
    expect(page.locator("#file")).to_contain_text("## Last things")


def said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


def test_an_article_is_picked_by_its_button_and_the_file_and_the_mail_follow(page, desk):
    pool(page).filter(has_text="A cache nobody owned").get_by_role("button", name="Pick").click()
    said(page, "picked “A cache nobody owned”")
    expect(pool(page)).to_have_count(2)
    assert file_titles(desk)[-1] == "A cache nobody owned"
    expect(page.locator("#file")).to_contain_text("### [A cache nobody owned](https://example.com/1)")
    page.keyboard.press("1")
    frame = page.frame_locator("iframe[title='The mail: desktop, light']")
    expect(frame.get_by_role("heading", name="A cache nobody owned")).to_be_visible()


def test_everything_is_done_by_keys_and_undone_to_the_letter(page, desk):
    before = desk.issue.read_bytes()
    pool(page).first.focus()
    page.keyboard.press("j")
    expect(page.locator(".card.selected")).to_contain_text("A cache nobody owned")
    page.keyboard.press("h")
    said(page, "held “A cache nobody owned”")
    expect(page.locator(".card.selected")).to_contain_text("Reading a p99 honestly")
    page.keyboard.press("d")
    page.get_by_label("Reason").fill("an advertisement")
    page.keyboard.press("Enter")
    said(page, "dropped “Reading a p99 honestly”")
    page.keyboard.press("p")
    said(page, "picked “Sharding a control plane”")
    assert "Sharding a control plane" in file_titles(desk)
    for words in ("picked", "dropped", "held"):
        page.keyboard.press("u")
        said(page, f"undone: {words}")
    assert desk.issue.read_bytes() == before
    expect(pool(page)).to_have_count(3)
    page.keyboard.press("u")
    expect(page.locator("#said")).to_have_class("wrong")
    said(page, "There is nothing to undo")


def test_held_and_dropped_articles_are_shown_with_their_reason_and_restored(page):
    pool(page).first.get_by_role("button", name="Drop").click()
    page.get_by_label("Reason").fill("too long")
    page.get_by_role("dialog").get_by_role("button", name="Drop").click()
    page.get_by_text("Dropped", exact=True).click()
    expect(pool(page)).to_have_count(1)
    expect(pool(page)).to_contain_text("dropped: too long")
    pool(page).get_by_role("button", name="Restore").click()
    page.get_by_text("New", exact=True).click()
    expect(pool(page)).to_have_count(3)


def test_an_article_moves_by_keys_within_its_section_and_on_to_the_next(page, desk):
    first, second, third = titles(page, 0)
    section(page, 0).locator(".card").first.focus()
    page.keyboard.press("Shift+J")
    expect(section(page, 0).locator(".card-title")).to_have_text([second, first, third])
    page.keyboard.press("Shift+ArrowDown")
    expect(section(page, 0).locator(".card-title")).to_have_text([second, third, first])
    page.keyboard.press("Shift+J")
    expect(section(page, 0).locator(".card-title")).to_have_text([second, third])
    assert titles(page, 1)[0] == first
    expect(page.locator(".card.selected")).to_contain_text(first)
    expect(page.locator("#file .here").first).to_contain_text(first)
    page.keyboard.press("Shift+K")
    expect(section(page, 0).locator(".card-title")).to_have_text([second, third, first])
    assert file_titles(desk)[:3] == [second, third, first]


def test_articles_are_dragged_between_pool_and_sections(page, desk):
    pool(page).first.drag_to(section(page, 1).locator(".card").nth(1))
    expect(section(page, 1).locator(".card-title").nth(1)).to_have_text("Sharding a control plane")
    moved = titles(page, 0)[2]
    section(page, 0).locator(".card").nth(2).drag_to(section(page, 0).locator(".card").first)
    expect(section(page, 0).locator(".card-title").first).to_have_text(moved)
    assert file_titles(desk)[0] == moved
    section(page, 1).locator(".card").nth(1).drag_to(page.locator("#pool .card").first)
    expect(pool(page)).to_have_count(3)
    assert "Sharding a control plane" not in file_titles(desk)


def test_what_would_lose_words_is_asked_first(page, desk):
    desk.change("**Why it matters:**", "*My own words.*\n\n**Why it matters:**")
    expect(page.locator("#file")).to_contain_text("My own words.")
    before = desk.issue.read_bytes()
    section(page, 0).locator(".card").first.get_by_role("button", name="Take").click()
    expect(page.get_by_role("dialog")).to_have_accessible_description(re.compile("not what else its block says"))
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    said(page, "Left as it is")
    assert desk.issue.read_bytes() == before
    section(page, 0).locator(".card").first.get_by_role("button", name="Take").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    said(page, "out")
    page.get_by_role("button", name="Undo").click()
    said(page, "undone")
    assert desk.issue.read_bytes() == before


def test_a_section_is_made_filled_and_removed(page, desk):
    new_section(page)
    expect(section(page, 3)).to_contain_text("Nothing here yet")
    pool(page).first.drag_to(section(page, 3).locator(".end"))
    expect(section(page, 3).locator(".card-title")).to_have_text(["Sharding a control plane"])
    section(page, 3).get_by_role("button", name="Take").click()
    section(page, 3).get_by_role("button", name="Remove").click()
    said(page, "took a section's heading out")
    assert "Last things" not in desk.issue.read_text(encoding="utf-8")


def test_what_is_added_to_the_pool_appears(page, desk):
    with (desk.folder / "pool" / "ada.jsonl").open("a", encoding="utf-8") as file:
        file.write(event(4, "ddddddddddddd", "Just in", "Netflix"))
    expect(pool(page)).to_have_count(4)
    page.get_by_label("Search the pool").fill("netfl")
    expect(pool(page).locator(".card-title")).to_have_text(["Just in"])


def test_a_file_that_cannot_be_read_says_so_and_nothing_moves(page, desk):
    desk.change("### ", "#### ")
    expect(page.locator("#desk-error")).to_contain_text("a heading here is a section")
    broken = desk.issue.read_bytes()
    pool(page).first.get_by_role("button", name="Pick").click()
    expect(page.locator("#said")).to_have_class("wrong")
    assert desk.issue.read_bytes() == broken


def test_keys_that_are_pressed_faster_than_they_are_done_are_done_one_after_the_other(page, desk):
    first, second, third = titles(page, 0)
    pool(page).first.focus()
    for _ in POOLED:
        page.keyboard.press("p", delay=0)
    expect(pool(page)).to_have_count(0)
    assert set(file_titles(desk)) >= {title for title, _ in POOLED.values()}
    expect(page.locator("#said")).not_to_have_class("wrong")
    section(page, 0).locator(".card").first.focus()
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    expect(section(page, 0).locator(".card-title")).to_have_text([second, third, first])
    expect(page.locator(".card.selected .card-title")).to_have_text(first)
    page.keyboard.press("P")  # Caps Lock, and nothing of the pool is selected
    for _ in range(5):
        page.keyboard.press("U")
    expect(pool(page)).to_have_count(3)


def test_a_question_is_about_the_article_that_it_names_whatever_is_saved_meanwhile(page, desk):
    desk.change("**Why it matters:**", "*My own words.*\n\n**Why it matters:**")
    expect(page.locator("#file")).to_contain_text("My own words.")
    section(page, 0).locator(".card").first.get_by_role("button", name="Take").click()
    expect(page.get_by_role("dialog")).to_contain_text("not what else its block says")
    desk.change("\n### ", "\n### [Put above it](https://example.com/above)\n\n### ")
    expect(page.locator("#file")).to_contain_text("Put above it")
    saved = desk.issue.read_bytes()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    said(page, "The issue was changed meanwhile")
    assert desk.issue.read_bytes() == saved


def test_a_drag_during_which_the_file_is_saved_moves_nothing(page, desk):
    section(page, 0).locator(".card").nth(1).hover()
    page.mouse.down()
    section(page, 1).locator(".card").first.hover()
    desk.change("\n### ", "\n### [Put above it](https://example.com/above)\n\n### ")
    expect(page.locator("#file")).to_contain_text("Put above it")
    saved = desk.issue.read_bytes()
    section(page, 1).locator(".card").first.hover()
    section(page, 1).locator(".card").nth(1).hover()
    page.mouse.up()
    said(page, "drag it again")
    assert desk.issue.read_bytes() == saved


def test_the_selected_article_stays_selected_when_others_come_above_it(page, desk):
    second = titles(page, 0)[1]
    section(page, 0).locator(".card").nth(1).focus()
    desk.change("\n### ", "\n### [Put above it](https://example.com/above)\n\n### ")
    expect(page.locator("#file")).to_contain_text("Put above it")
    expect(page.locator(".card.selected .card-title")).to_have_text(second)
    last = page.locator("#sections .card").last
    last.focus()
    page.keyboard.press("x")
    said(page, "took")
    expect(page.locator("#sections .card").last).to_have_class("card selected")


def test_the_focus_stays_on_the_desk_when_what_had_it_goes(page):
    new_section(page)
    section(page, 3).get_by_role("button", name="Remove").press("Enter")
    said(page, "took a section's heading out")
    expect(page.get_by_role("button", name="New section")).to_be_focused()


def test_a_key_is_about_the_card_in_which_the_focus_is(page):
    pool(page).nth(1).get_by_role("button", name="Hold").focus()
    page.keyboard.press("h")
    said(page, "held “A cache nobody owned”")


def test_a_pick_goes_where_it_belongs_when_the_section_that_was_looked_at_is_gone(page, desk):
    new_section(page)
    pool(page).first.drag_to(section(page, 3).locator(".end"))
    section(page, 3).locator(".card").focus()
    page.keyboard.press("x")
    section(page, 3).get_by_role("button", name="Remove").click()
    said(page, "took a section's heading out")
    pool(page).first.get_by_role("button", name="Pick").click()
    said(page, "picked “Sharding a control plane”")


def test_the_file_is_shown_below_its_front_matter_however_its_lines_end(page, desk):
    text = desk.issue.read_text(encoding="utf-8").replace("**Why", "```text\n## no heading\n```\n\n**Why", 1)
    desk.issue.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    expect(page.locator("#file")).to_contain_text("## no heading")
    expect(page.locator("#matter > span").first).to_have_text("+++\n")
    expect(page.locator("#file")).not_to_contain_text("+++")
    section(page, 0).locator(".card").first.focus()
    expect(page.locator("#file .here").filter(has_text="Why it matters")).to_have_count(1)


def test_enter_ends_a_word_of_an_input_method_and_not_the_question(page):
    page.get_by_role("button", name="New section").click()
    page.get_by_label("Its name").fill("新しい")
    page.locator("#ask-text").dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Enter")
    said(page, "made the section “新しい”")


@pytest.mark.parametrize("width, height", [(1400, 700), (850, 700), (320, 640)])
def test_what_was_done_and_what_is_selected_stay_in_sight_in_a_long_issue(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    page.locator("#sections .card").last.focus()
    for _ in range(5):
        page.keyboard.press("k")
    page.keyboard.press("Shift+K")
    said(page, "moved")
    for one in (page.locator("#said"), page.get_by_role("button", name="Undo"), page.locator(".card.selected")):
        box = one.bounding_box()
        assert 0 <= box["y"] <= height - box["height"]
    top = page.locator(".desk-head").bounding_box()
    assert page.locator(".card.selected").bounding_box()["y"] >= top["y"] + top["height"]


def test_an_error_covers_nothing_that_can_be_picked(page, desk):
    text = desk.issue.read_text(encoding="utf-8")
    desk.issue.write_text(text[: text.index("## ")], encoding="utf-8")
    expect(page.get_by_role("alert")).to_contain_text("The issue has no articles.")
    # The desk is read after the mail: a pick in between is for the file as it was, and is refused.
    expect(page.locator("#issue-count")).to_have_text("0 articles")
    page.set_viewport_size({"width": 1400, "height": 600})
    page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    banner, search = page.get_by_role("alert").bounding_box(), page.get_by_label("Search the pool").bounding_box()
    assert banner["y"] + banner["height"] <= search["y"]
    pool(page).first.get_by_role("button", name="Pick").click()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_titles_are_written_in_their_own_direction(page, desk):
    desk.change("### [", "### [עדה לאבלייס: ")
    title = section(page, 0).locator(".card-title").first
    expect(title).to_contain_text("עדה")
    assert title.evaluate("(one) => getComputedStyle(one).direction") == "rtl"


def test_an_issue_that_was_sent_says_so_and_offers_only_what_the_pool_remembers(page, desk):
    facts = 'ledger = "x"\nhost = "h"\nlist = "weekly"\nstarted = 2026-11-27T10:00:00Z\n'
    desk.issue.with_name("001.receipt.toml").write_text(f"[[mailing]]\n{facts}", encoding="utf-8")
    expect(page.locator("#issue-count")).to_contain_text("sent, and stays as its readers have it")
    for name in ("Up", "Take", "Pick ", "New section"):
        expect(page.locator("#view-pick").get_by_role("button", name=name)).to_have_count(0)
    section(page, 0).locator(".card").first.focus()
    page.keyboard.press("x")
    said(page, "This issue was sent, and stays as its readers have it. Pick for the next one.")
    pool(page).first.get_by_role("button", name="Hold").click()
    said(page, "held “Sharding a control plane”")


def test_with_an_empty_pool_the_keys_walk_through_the_issue(page):
    page.get_by_text("Held", exact=True).click()
    expect(pool(page)).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator(".card.selected .card-title")).to_have_text(titles(page, 0)[0])


READERS = [
    ("no-name", "Hello reader,"),
    ("long-name", "Hello Wolfeschlegelsteinhausenbergerdorff Maximiliane Konstantinow,"),
    ("right-to-left", "Hello עדה לאבלייס,"),
    ("markup", 'Hello <b>Ada</b> & "Co" {{ name }},'),
]


@pytest.mark.parametrize("key, greeting", READERS)
def test_an_edge_case_is_seen_as_that_reader_would(page, key, greeting):
    page.keyboard.press("1")
    page.get_by_label("Shown to").select_option(key)
    frame = page.frame_locator("iframe[title='The mail: phone, light']")
    expect(frame.locator("body")).to_contain_text(greeting)
    page.keyboard.press("2")
    expect(page.locator("#text")).to_contain_text(greeting)
    page.keyboard.press("3")
    expect(page.locator("#headers")).to_contain_text("reader@example.com")


def test_a_subscriber_is_found_and_their_slots_are_shown(page):
    page.keyboard.press("1")
    choice = page.get_by_label("Shown to")
    expect(choice.locator("optgroup[label=Subscribers] option")).not_to_have_count(0)
    address = choice.locator("optgroup[label=Subscribers] option").nth(1).get_attribute("value")
    page.get_by_label("Find a subscriber").fill(address.upper())
    expect(choice.locator("optgroup[label^='Subscribers with'] option")).to_have_count(1)
    choice.select_option(address)
    expect(page.locator("#slots")).to_contain_text(address)
    expect(page.locator("#slots")).to_contain_text("Unsubscribe")
    page.get_by_role("tab", name="Message").click()
    expect(page.locator("#headers")).to_contain_text(address)
    page.reload()
    page.wait_for_selector("body[data-version]")
    expect(page.locator("#headers")).to_contain_text(address)


def test_readers_are_stepped_through_by_keys(page):
    page.keyboard.press("1")
    page.locator("#tab-mail").focus()
    seen: list[str] = []
    chosen: Callable[[], str] = lambda: page.get_by_label("Shown to").input_value()  # noqa: E731
    for _ in range(6):
        seen.append(chosen())
        page.keyboard.press("]")
    assert seen[:5] == ["sample", "no-name", "long-name", "right-to-left", "markup"]
    assert "@" in seen[5]
    page.keyboard.press("[")
    assert chosen() == seen[5]


def test_a_large_pool_is_shown_in_part_and_searched_whole(page, desk):
    lines = [
        json.dumps({"at": f"2026-11-25T10:00:00.{n:06d}+00:00", "event": "added", "id": f"z{n:012d}",
                    "article": {"title": f"Number {n}", "link": f"https://example.com/z/{n}"}})
        for n in range(1000)
    ]  # fmt: skip
    (desk.folder / "pool" / "bob.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    expect(page.locator("#pool-count")).to_have_text("1003 of 1011")
    expect(pool(page)).to_have_count(200)
    expect(page.locator("#pool")).to_contain_text("And 803 more")
    page.get_by_label("Search the pool").fill("number 987")
    expect(pool(page).locator(".card-title")).to_have_text(["Number 987"])


def test_a_reader_who_is_gone_is_said_to_be_and_another_one_is_chosen(page):
    page.keyboard.press("1")
    page.evaluate("sessionStorage.setItem('reader', 'gone@example.com')")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Nobody here has the address gone@example.com.")
    page.get_by_role("tab", name="Message").click()
    page.get_by_role("tab", name="Mail").click()
    page.get_by_label("Shown to").select_option("no-name")
    expect(page.get_by_role("alert")).to_be_hidden()
    frame = page.frame_locator("iframe[title='The mail: desktop, light']")
    expect(frame.locator("body")).to_contain_text("Hello reader,")
