import pytest

from newsletter.errors import SettingsError
from newsletter.settings import read_settings

BASE = 'id = "weekly-news"\nname = "Weekly News"\nfrom = "editor@example.org"\n'


def read(folder, text):
    (folder / "newsletter.toml").write_text(BASE + text, encoding="utf-8")
    return read_settings(folder)


def test_a_segment_is_a_line_or_a_table(tmp_path):
    text = "[segments]\ngermans = 'language = \"de\"'\n[segments.vip]\nwhere = '''\n\"vip\" in tags\n'''\n"
    segments = read(tmp_path, text).segments
    assert {name: segment.where for name, segment in segments.items()} == {
        "germans": 'language = "de"',
        "vip": '"vip" in tags',
    }


@pytest.mark.parametrize("text, place", [
    ("[segments]\na = 'langage = 1'", "5:6"),
    ("[segments]\n\n  a   =   'language = 1'", "6:23"),
    ('[segments]\na = "tags = \\"\\u00e9\\" "', "5:11"),
    ('[segments]\na = "name = \\"\\u00e9\\" nor"', "5:24"),
    ('[segments.a]\nwhere = """\n"x" in tags\nor \\\n    since < 3"""', "8:13"),
    ("[segments.a]\nwhere = '''\nor'''", "6:1"),
])  # fmt: skip
def test_a_fault_in_a_condition_is_said_with_its_line_and_column(tmp_path, text, place):
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert f"newsletter.toml:{place}: " in str(caught.value)


@pytest.mark.parametrize("text, words", [
    ("[segments]\na = 3", '"segments.a" must be text in quotes'),
    ("[segments.a]\n", '"segments.a.where" is missing'),
    ("[segments.a]\nwhere = 'tags is missing'\ncolour = 1", '"segments.a.colour" is not a known key'),
    ("[segments]\n'a b' = 'tags is missing'", '"a b" is no name of a segment'),
    ('[sections."Jobs"]\noptional = 3', '"sections.Jobs.optional" must be true or false'),
    ('[sections."Jobs"]\n', '"sections.Jobs.cap" is missing'),
])  # fmt: skip
def test_what_is_no_segment_and_no_section_is_said(tmp_path, text, words):
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)


def test_a_section_may_have_a_cap_be_optional_or_both(tmp_path):
    text = '[sections.Jobs]\noptional = true\n[sections."Data platforms"]\ncap = 4\noptional = true\n'
    text += "[sections.Ads]\ncap = 1\n"
    settings = read(tmp_path, text)
    assert settings.caps == {"Data platforms": 4, "Ads": 1}
    assert settings.optional_sections == ("Jobs", "Data platforms")
