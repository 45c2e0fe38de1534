"""``themes`` lists what can be used, and makes a copy that can be changed."""

import json
import re
import shutil
from pathlib import Path

import pytest

ESSAY = Path(__file__).parents[1] / "data" / "essay.md"


@pytest.mark.parametrize("theme", ["compact", "digest", "letter"])
def test_check_finds_no_error_and_no_warning_in_a_themes_samples(sample, theme):
    sample.change("newsletter.toml", 'theme = "digest"', f'theme = "{theme}"')
    shutil.copyfile(ESSAY, sample.path("issues/007.md"))
    for number in ("1", "7"):
        found = json.loads(sample.ok("check", number, "--json"))
        assert [one for one in found if one["severity"] != "note"] == []


def test_every_theme_says_what_it_is(sample):
    words = {theme["name"]: theme["words"] for theme in json.loads(sample.ok("themes", "list", "--json"))}
    assert "thirty articles" in words["compact"]
    assert "cards" in words["digest"]
    assert "one essay" in words["letter"]


def test_a_theme_s_comment_may_end_on_its_first_line(sample):
    sample.path("templates/mine").mkdir(parents=True)
    text = '{# The theme "mine": the digest without its contents. #}\n{% extends "digest/issue.mjml.j2" %}\n'
    sample.path("templates/mine/issue.mjml.j2").write_text(text)
    words = {theme["name"]: theme["words"] for theme in json.loads(sample.ok("themes", "list", "--json"))}
    assert words["mine"] == "the digest without its contents."


@pytest.mark.parametrize("theme", ["compact", "letter"])
def test_a_copy_of_a_theme_gives_the_same_mail_under_its_own_name_and_another(sample, theme):
    sample.change("newsletter.toml", 'theme = "digest"', f'theme = "{theme}"')
    sample.ok("build", "1")
    before = sample.path(".newsletter/build/001/001.html").read_bytes()
    sample.ok("themes", "copy", theme)
    sample.ok("build", "1")
    assert sample.path(".newsletter/build/001/001.html").read_bytes() == before
    sample.ok("themes", "copy", theme, "mine")
    sample.change("newsletter.toml", f'theme = "{theme}"', 'theme = "mine"')
    sample.ok("build", "1")
    assert sample.path(".newsletter/build/001/001.html").read_bytes() == before


def test_the_used_theme_has_a_star_and_says_what_it_is(sample):
    (row,) = [line for line in sample.ok("themes", "list").splitlines() if "\tdigest\t" in line]
    assert row.split("\t")[0] == "*"
    assert "one column, cards on paper" in row
    (digest,) = [theme for theme in json.loads(sample.ok("themes", "list", "--json")) if theme["name"] == "digest"]
    assert (digest["used"], digest["own"]) == (True, False)


def test_a_copy_is_a_theme_of_its_own(sample):
    told = sample.ok("themes", "copy", "digest", "mine")
    assert "wrote templates/mine/issue.mjml.j2" in told
    assert 'theme = "mine"' in told
    contract = re.search(r"What a theme is given and must do: (.+)", told)[1]
    assert "## Variables" in Path(contract).read_text(encoding="utf-8")
    sample.change("newsletter.toml", 'theme = "digest"', 'theme = "mine"')
    sample.change("templates/mine/masthead.mjml.j2", "{{ newsletter.name }}", "Mine: {{ newsletter.name }}")
    sample.ok("build", "1")
    assert "Mine: Engineering Digest" in sample.path(".newsletter/build/001/001.html").read_text(encoding="utf-8")
    assert {theme["name"] for theme in json.loads(sample.ok("themes", "list", "--json"))} >= {"digest", "mine"}


def test_a_copy_under_its_own_name_gives_the_same_mail(sample):
    sample.ok("build", "1")
    before = sample.path(".newsletter/build/001/001.eml").read_bytes()
    assert "To use it" not in sample.ok("themes", "copy", "digest")
    sample.ok("build", "1")
    assert sample.path(".newsletter/build/001/001.eml").read_bytes() == before


def test_a_faint_colour_of_the_settings_is_refused_by_every_command_until_it_is_readable(sample):
    sample.change("newsletter.toml", "[lists.weekly]", '[look]\naccent = "#e0a090"\n\n[lists.weekly]')
    said = sample.fails(2, "build", "1")
    assert re.search(r"newsletter.toml:\d+: light scheme: accent #e0a090 on \w+ #\w+ has a contrast of 1\.\d\d:1", said)
    better = re.search(r'write accent = "(#\w+)"', said)[1]
    sample.change("newsletter.toml", "#e0a090", better)
    sample.ok("build", "1")
    assert better in sample.path(".newsletter/build/001/001.html").read_text(encoding="utf-8")
    assert better in sample.path(".newsletter/build/001/001.web.html").read_text(encoding="utf-8")


def test_nothing_is_overwritten_and_names_are_looked_at(sample):
    sample.ok("themes", "copy", "digest", "mine")
    assert "there is something already" in sample.fails(2, "themes", "copy", "digest", "mine")
    assert 'did you mean "digest"?' in sample.fails(2, "themes", "copy", "digets")
    for name in ("../mine", "Mine", "sample", "preview", "web", "a b"):
        assert "is no name for a theme" in sample.fails(2, "themes", "copy", "digest", name)
    sample.path("templates/file").write_text("")
    assert "there is something already" in sample.fails(2, "themes", "copy", "digest", "file")
    assert sorted(path.name for path in sample.path("templates").iterdir()) == ["file", "mine"]
