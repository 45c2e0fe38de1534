"""A variant of an issue is the mail of an issue that never had the sections that are left out."""

import re

import pytest
from sections_chosen import make_optional

from newsletter.app import open_newsletter
from newsletter.app.editions import completed, edition_of
from newsletter.app.sample import make_sample
from newsletter.app.sections import asked_for, sections_of, variants_of, without_sections
from newsletter.errors import SendError
from newsletter.model.variant import MOST, Variants, written_without

DATA, SEARCH, EXPERIENCE = "Data platforms", "Search, ads and recommendations", "Developer experience"
NO_DATA, NO_SEARCH = written_without([DATA]), written_without([SEARCH])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    make_sample(tmp_path / "desk")
    make_optional(tmp_path / "desk", SEARCH, DATA)
    return tmp_path / "desk"


def opened(folder):
    newsletter = open_newsletter(folder)
    return newsletter, newsletter.issues.read(newsletter.issues.find("1"))


@pytest.mark.parametrize("theme", ["digest", "compact", "letter"])
@pytest.mark.parametrize("gone", [[DATA], [SEARCH], [DATA, SEARCH]])
def test_a_variant_is_byte_for_byte_the_issue_that_never_had_those_sections(folder, theme, gone):
    settings = folder / "newsletter.toml"
    settings.write_text(re.sub(r'(?m)^theme = ".*"', f'theme = "{theme}"', settings.read_text()), encoding="utf-8")
    newsletter, issue = opened(folder)
    variant = newsletter.render(without_sections(issue, written_without(gone)))
    text = issue.path.read_text(encoding="utf-8")
    for name in gone:
        text, cuts = re.subn(rf"(?ms)^## {re.escape(name)}\n.*?(?=^## |\Z)", "", text)
        assert cuts == 1
    issue.path.write_text(text, encoding="utf-8")
    never = newsletter.render(newsletter.issues.read(issue.path))
    assert (variant.html, variant.text, variant.mjml) == (never.html, never.text, never.mjml)


def test_readers_may_do_without_what_is_optional_in_the_order_of_the_settings(folder):
    newsletter, issue = opened(folder)
    assert sections_of(newsletter) == (SEARCH, DATA)
    assert variants_of(newsletter, issue) == Variants(optional=frozenset({SEARCH, DATA}), always=True)
    make_optional(folder, EXPERIENCE)
    newsletter, issue = opened(folder)
    assert variants_of(newsletter, issue).always is False


def test_an_edition_has_each_variant_that_somebody_wants_once(folder):
    newsletter, issue = opened(folder)
    wanted = {"": 3, NO_DATA: 2, written_without([DATA, "Sports"]): 1}
    variants = asked_for(variants_of(newsletter, issue), wanted)
    edition = edition_of(newsletter, issue, newsletter.render(issue), variants)
    assert set(edition.templates) == {"", NO_DATA}


def test_too_many_variants_are_refused_with_what_to_do():
    names = [f"Section {number}" for number in range(7)]
    variants = Variants(optional=frozenset(names))
    choices = [written_without(names[at] for at in range(7) if number >> at & 1) for number in range(MOST + 1)]
    assert len(asked_for(variants, dict.fromkeys(choices[:MOST], 1)).compiled) == MOST
    with pytest.raises(SendError, match=r"make 65 variants of this issue, and 64 is the most; make fewer sections"):
        asked_for(variants, dict.fromkeys(choices, 1))


def test_a_frozen_edition_is_completed_only_while_the_issue_gives_the_very_same_mail(folder):
    newsletter, issue = opened(folder)
    date = newsletter.moment(issue)
    variants = variants_of(newsletter, issue)
    edition = edition_of(newsletter, issue, newsletter.render(issue), variants, date=date)
    assert completed(newsletter, edition, 1, date, {"": 1}) is edition
    whole = completed(newsletter, edition, 1, date, {NO_DATA: 1, "": 1})
    assert set(whole.templates) == {"", NO_DATA}
    assert whole.whole == edition.whole
    issue.path.write_text(issue.path.read_text(encoding="utf-8").replace("Moka", "Mocha"), encoding="utf-8")
    assert completed(newsletter, edition, 1, date, {NO_SEARCH: 1}) is edition
    issue.path.unlink()
    assert completed(newsletter, edition, 1, date, {NO_SEARCH: 1}) is edition
