from string import Formatter

import pytest
from babel.messages.pofile import read_po

from newsletter.errors import RenderError
from newsletter.model.site import SiteAddress
from newsletter.rendering.catalogue import languages, read_catalogue
from newsletter.rendering.options import RenderingOptions
from newsletter.rendering.reader_pages import ReaderPages
from newsletter.rendering.themes import builtin_templates
from scripts.messages import LOCALE, merged

FILES = sorted(LOCALE.glob("*.po"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_of_the_pages_is_translated_and_no_other_is(path):
    with path.open("rb") as file:
        there = read_po(file, locale=path.stem)
    wanted = merged(path)
    assert {str(message.id) for message in there} == {str(message.id) for message in wanted}
    for message in there:
        texts = [message.string] if isinstance(message.string, str) else message.string
        assert not message.id or (all(texts) and not message.fuzzy), message.id
        for text in texts:
            said = message.id if isinstance(message.id, str) else message.id[-1]
            assert _slots(text) == _slots(said), message.id


def _slots(text):
    import re

    return sorted(re.findall(r"%\(\w+\)s", text)), [name for _, name, _, _ in Formatter().parse(text) if name]


def test_a_third_language_is_one_file(tmp_path):
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale/fr.po").write_text('msgid "Subscribe"\nmsgstr "S\'abonner"\n', encoding="utf-8")
    folders = (tmp_path, builtin_templates())
    assert languages(folders) == ("en", "de", "fr")
    pages = ReaderPages(RenderingOptions(name="Digest"), SiteAddress(), folders)
    assert pages.spoken("it", "fr-CA") == "fr"
    assert pages.language_name("fr") == "Français"
    said = pages.notice("confirm", "fr", {"titles": "<b>", "link": "https://x.example/c", "button": "Oui"})
    assert said.subject == "Please confirm: Digest"
    assert "&lt;b&gt;" in said.html
    assert "<b>" in said.text
    assert pages.says("fr")("Subscribe") == "S'abonner"


def test_messages_that_cannot_be_read_are_told_with_their_file(tmp_path):
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale/fr.po").write_text('msgid "Subscribe"\nnonsense\n', encoding="utf-8")
    with pytest.raises(RenderError, match=r"fr\.po.*cannot be read"):
        read_catalogue("fr", (tmp_path,))


@pytest.mark.parametrize("text", ["envoyé", "envoyé {temps}", "envoyé {time", "envoyé {time.year}", "{time} {time}"])
def test_a_text_that_lacks_a_place_of_the_english_one_is_told_with_its_file(tmp_path, text):
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale/fr.po").write_text(f'msgid "sent {{time}}"\nmsgstr "{text}"\n', encoding="utf-8")
    with pytest.raises(RenderError, match=r"fr\.po.*must have the places of \"sent \{time\}\": \{time\}"):
        read_catalogue("fr", (tmp_path,))
