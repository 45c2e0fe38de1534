"""The views of an issue, and which of its elements a finding is about."""

import re
from dataclasses import replace

import pytest
from PIL import Image
from sections_chosen import make_optional

from newsletter.app import open_newsletter
from newsletter.app.sample import make_sample
from newsletter.errors import SendError, SubscriberError
from newsletter.model.traced import Place
from newsletter.model.variant import written_without
from newsletter.web.readers import EDGE_CASES, Readers
from newsletter.web.sheet import VIEWS, Sheet

SAMPLE = EDGE_CASES["sample"][1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    make_sample(tmp_path / "desk")
    return tmp_path / "desk"


def sheet_of(folder, old="", new=""):
    path = open_newsletter(folder).issues.find("1")
    if old:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Sheet.of(open_newsletter(folder), path)


def test_every_view_is_the_mail_with_the_numbers_of_its_places(folder):
    sheet = sheet_of(folder)
    for view in VIEWS:
        page = sheet.picture(view, SAMPLE)
        assert "Hello Sample Reader" in page
        numbers = set(map(int, re.findall(r'data-place="(\d+)"', page)))
        assert len(numbers) > 50
        assert max(numbers) < len(sheet.traced.places)
    without = re.sub(r'\sdata-place="\d+"', "", sheet.sample(SAMPLE, traced=True).html)
    assert re.sub(r"\s+", "", without) == re.sub(r"\s+", "", sheet.sample(SAMPLE).html)


def test_outlook_has_no_media_queries_and_images_off_no_images(folder):
    (folder / "media").mkdir(exist_ok=True)
    Image.new("RGB", (20, 10)).save(folder / "media" / "dot.png")
    sheet = sheet_of(folder, "\n## ", "\n![A dot](media/dot.png)\n\n## ")
    assert "data:image/png;base64," in sheet.picture("light", SAMPLE)
    assert "<img" not in sheet.picture("images-off", SAMPLE)
    assert ">A dot</span>" in sheet.picture("images-off", SAMPLE)
    assert "@media" in sheet.picture("light", SAMPLE)
    assert "@media" not in sheet.picture("outlook", SAMPLE)


def elements(sheet, finding):
    html = sheet.sample(SAMPLE, traced=True).html
    return [
        re.search(rf'<(\w+)\b[^>]*data-place="{number}"[^>]*>([^<]*)', html).groups() for number in finding["places"]
    ]


def test_a_finding_is_about_the_elements_in_which_its_line_came_out(folder):
    sheet = sheet_of(folder, "If you read only one", "[here](https://example.com/h) If you read only one")
    found = {finding["rule"]: finding for finding in sheet.finding_values()}
    assert elements(sheet, found["link-words"])[0] == ("a", "here")
    title = "Developer Experience at Pinterest: The Journey to PinConsole"
    assert [(name, text) for name, text in elements(sheet, found["link-missing"])] == [("a", title), ("h3", title)]
    assert found["subject-cut"]["places"] == ()


def test_a_finding_that_is_about_no_element_marks_none(folder):
    sheet = sheet_of(folder)
    front_matter = [one for one in sheet.finding_values() if one["rule"] == "subject-cut"]
    assert [one["places"] for one in front_matter] == [()]


def test_the_files_of_an_issue_are_its_own_and_its_theme_alone(folder):
    names = {path.name for path in sheet_of(folder).files}
    assert {"001.md", "article.mjml.j2", "footer.mjml.j2"} <= names
    assert "newsletter.local.toml" not in names


def test_the_weight_names_each_article_with_its_element(folder):
    sheet = sheet_of(folder)
    weight = sheet.weight_values()
    assert [share["index"] for share in weight["shares"]] == list(range(8))
    assert weight["clipped"] is None
    html = sheet.sample(SAMPLE, traced=True).html
    for share in weight["shares"]:
        (number,) = share["places"]
        assert re.search(rf'<h3[^>]*data-place="{number}"|<h3[^>]*>\s*<a[^>]*data-place="{number}"', html), share


def test_a_place_that_is_none_is_none(folder):
    sheet = sheet_of(folder)
    assert sheet.place(len(sheet.traced.places)) is None
    assert sheet.place(-1) is None
    assert sheet.traced.elements(Place(path=sheet.issue.path, line=99_999)) == ()


@pytest.mark.parametrize("key", EDGE_CASES)
def test_an_edge_case_has_its_slots_filled_and_escaped(folder, key):
    sheet, reader = sheet_of(folder), EDGE_CASES[key][1]
    summary = sheet.summary(reader)
    assert summary["slots"]["name"] == (reader.address.name or "reader")
    assert summary["slots"]["unsubscribe"].startswith("mailto:digest@example.com?subject=unsubscribe")
    assert summary["slots"].keys() == {"name", "unsubscribe"}, "there is no public URL"
    assert "<b>Ada" not in sheet.picture("light", reader)
    assert summary["slots"]["name"] in sheet.sample(reader).text


def test_a_name_of_sixty_letters_has_sixty():
    assert len(EDGE_CASES["long-name"][1].address.name) == 60


def test_subscribers_are_found_by_name_or_address_and_by_key(folder):
    readers = Readers(folder)
    listed = readers.list("weekly", "")
    assert [row["key"] for row in listed["cases"]] == list(EDGE_CASES)
    assert len(listed["subscribers"]) > 1
    key = listed["subscribers"][0]["key"]
    assert Readers(folder).find(key).address.address == key
    assert readers.list("weekly", key.upper())["subscribers"] == listed["subscribers"][:1]
    assert readers.list("weekly", "%")["subscribers"] == []
    assert readers.list("other", "")["subscribers"] == []
    with pytest.raises(SubscriberError, match=r"nobody here has the address nobody@example\.com"):
        Readers(folder).find("nobody@example.com")
    assert Readers(folder).find("../x") == SAMPLE


def test_without_a_database_there_are_edge_cases_alone_and_none_is_made(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "elsewhere"))
    listed = Readers(folder).list("weekly", "")
    assert (listed["subscribers"], listed["error"]) == ([], "")
    with pytest.raises(SubscriberError, match="nobody here"):
        Readers(folder).find("ada@example.com")
    assert not (tmp_path / "elsewhere").exists()


def test_a_variant_is_the_mail_without_its_sections_and_knows_its_own_places(folder):
    make_optional(folder, "Data platforms", "Search, ads and recommendations", "Developer experience")
    sheet = sheet_of(folder)
    picky = replace(SAMPLE, without=written_without(["Data platforms", "Sports"]))
    whole, part = sheet.sample(SAMPLE).text.lower(), sheet.sample(picky).text.lower()
    assert "data platforms" in whole
    assert "data platforms" not in part
    assert part.count("search, ads") == whole.count("search, ads")
    (article,) = (one for one in sheet.issue.articles if "PinConsole" in one.title.markdown)
    place = Place(path=sheet.issue.path, line=article.line)
    numbers = sheet.part(picky).traced.elements(place)
    assert numbers
    in_whole = sheet.traced.elements(place)
    assert [sheet.place(number, picky) for number in numbers] == [sheet.place(number) for number in in_whole]
    assert numbers != in_whole
    assert sheet.summary(picky)["without"] == ["Data platforms"]
    assert [one["rule"] for one in sheet.finding_values(picky)] == [one["rule"] for one in sheet.finding_values()]
    assert sheet.weight_values(picky)["total"] == sheet.weight_values()["total"]
    nothing = replace(SAMPLE, without=written_without(sheet.newsletter.settings.optional_sections))
    with pytest.raises(SendError, match="nothing is left"):
        sheet.sample(nothing)
