"""``themes`` lists what can be used, and makes a copy that can be changed."""

import json


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


def test_nothing_is_overwritten_and_names_are_looked_at(sample):
    sample.ok("themes", "copy", "digest", "mine")
    assert "there is something already" in sample.fails(2, "themes", "copy", "digest", "mine")
    assert 'did you mean "digest"?' in sample.fails(2, "themes", "copy", "digets")
    for name in ("../mine", "Mine", "sample", "preview", "a b"):
        assert "is no name for a theme" in sample.fails(2, "themes", "copy", "digest", name)
    sample.path("templates/file").write_text("")
    assert "there is something already" in sample.fails(2, "themes", "copy", "digest", "file")
    assert sorted(path.name for path in sample.path("templates").iterdir()) == ["file", "mine"]
