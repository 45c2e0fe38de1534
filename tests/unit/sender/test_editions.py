import json
from dataclasses import replace

import pytest
from sender_samples import KEY, content, parsed, reader, rendered, template

from newsletter.errors import SendError
from newsletter.model.variant import Variants, written_without
from newsletter.sender.addressing import FORM, Addressing, MailTemplate
from newsletter.sender.edition import EDITION, Edition

JOBS, ADS, BOTH = (written_without(names) for names in (["Jobs"], ["Ads"], ["Jobs", "Ads"]))


def edition():
    texts = {"": "Jobs and Ads and News", JOBS: "Ads and News"}
    made = {variant: template(rendered(text=f"{text}\n{rendered().text}")) for variant, text in texts.items()}
    return Edition(variants=Variants(optional=frozenset({"Jobs", "Ads"}), compiled=frozenset(made)), templates=made)


def text_to(without, of=None):
    addressing = Addressing(template=of or edition(), key=KEY)
    return content(parsed(addressing.message(replace(reader(), without=without)).data), "plain").split("\n")[0]


def test_each_reader_gets_the_variant_of_what_they_do_not_want():
    assert text_to("") == text_to(written_without(["Sports"])) == "Jobs and Ads and News"
    assert text_to(JOBS) == text_to(written_without(["Sports", "Jobs"])) == "Ads and News"


def test_all_variants_of_a_readers_mail_have_the_same_message_id_and_links():
    ids = {Addressing(template=edition(), key=KEY).message(replace(reader(), without=w)).message_id for w in ("", JOBS)}
    assert len(ids) == 1


def test_a_frozen_edition_is_what_it_was():
    frozen = edition().dump()
    assert json.loads(frozen)["form"] == EDITION == FORM + 1
    thawed = Edition.load(frozen)
    assert thawed == edition()
    assert thawed.dump() == frozen
    assert text_to(JOBS, thawed) == "Ads and News"
    assert thawed.whole == edition().templates[""]


def test_an_issue_without_optional_sections_is_frozen_as_an_older_version_reads_it():
    whole = Edition.whole_alone(template())
    assert MailTemplate.load(whole.dump()) == template()
    assert Edition.load(template().dump()) == whole
    assert text_to(JOBS, whole) == text_to("", whole)


def test_nobody_gets_sections_that_they_do_not_want_because_there_is_no_variant():
    for without in (ADS, BOTH):
        with pytest.raises(SendError, match="not frozen without"):
            text_to(without)


@pytest.mark.parametrize("change", [
    {"variants": {}}, {"variants": 3}, {"variants": {JOBS: {}}}, {"optional": None}, {"always": ...}, {"form": "3"},
])  # fmt: skip
def test_an_edition_that_is_not_whole_is_refused(change):
    values = {name: value for name, value in (json.loads(edition().dump()) | change).items() if value is not ...}
    with pytest.raises(SendError, match="cannot be read"):
        Edition.load(json.dumps(values).encode())


def test_an_edition_of_a_newer_form_is_refused_by_its_number():
    values = json.loads(edition().dump()) | {"form": 4}
    with pytest.raises(SendError, match="has form 4, and this version reads 1 to 3"):
        Edition.load(json.dumps(values).encode())
