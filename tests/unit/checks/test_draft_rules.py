"""The gate before drafts, and words that betray a model that had nothing to read."""

import pytest
from test_rules import GOOD, subject

from newsletter.checks.run import check
from newsletter.model.draft import picked_sha256

HERE = "\n+++\nHello"
WORDS = picked_sha256(subject(GOOD).issue.articles[0])


def findings(text):
    return {finding.rule: finding for finding in check(subject(text))}


def drafted(lines):
    return GOOD.replace(HERE, f"\n[articles.a]\n{lines}{HERE}")


@pytest.mark.parametrize("by, state", [
    ("llm:some-model", "was drafted by llm:some-model and reviewed by nobody"),
    ("excerpt", "has excerpts that nobody has reviewed"),
])  # fmt: skip
def test_a_draft_is_held_back_until_somebody_reads_or_changes_it(by, state):
    facts = f'drafted_by = "{by}"\ndraft_sha256 = "{WORDS}"\nflagged = "it speaks to machines"\n'
    found = findings(drafted(facts))["unreviewed"]
    assert found.severity == "error"
    assert found.what == f'"Moka" {state} (it speaks to machines)'
    assert found.todo == "newsletter review 42 a, or write it in your own words"
    assert findings(drafted(facts + 'reviewed_by = "mk"\n')) == {}
    assert findings(drafted(facts).replace("It scales.", "It scales well.")) == {}
    assert findings(drafted(facts + 'reviewed_by = "mk"\n').replace("It scales.", "It scales well.")) == {}


def test_what_a_person_imported_is_no_draft():
    assert findings(drafted(f'drafted_by = "imported"\ndraft_sha256 = "{WORDS}"\ntruncated = true\n')) == {}


def test_the_mark_of_a_sentence_that_is_not_borne_out_holds_back_even_what_was_edited():
    marked = GOOD.replace("It scales.", "(unsupported) It scales.")
    facts = f'\n[articles.a]\ndrafted_by = "llm:m"\ndraft_sha256 = "{WORDS}"\n'
    assert set(findings(marked.replace(HERE, facts + HERE.lstrip("\n")))) == {"draft-unsupported"}


def test_a_draft_of_a_truncated_text_is_warned_of_until_a_person_writes_it_anew():
    facts = f'drafted_by = "llm:m"\ndraft_sha256 = "{WORDS}"\nreviewed_by = "mk"\ntruncated = true\n'
    assert {rule: one.severity for rule, one in findings(drafted(facts)).items()} == {"draft-truncated": "warning"}
    assert findings(drafted(facts).replace("It scales.", "It ends well.")) == {}


@pytest.mark.parametrize("words", [
    "Insufficient Content: the provided article body contains only the title",
    "The provided text does not say more", "No technical details are available", "There are no further details",
    "The article does not provide any details on this", "As an AI I have no opinion", "Here is a brief summary of it",
    "Based on the title alone it is about queues", "Der vorliegende Text sagt nichts", "Keine technischen Details",
])  # fmt: skip
def test_words_of_a_model_that_had_nothing_to_read_are_found(words):
    for old in ("- One", "**Why it matters:** It scales."):
        new = f"- {words}" if old == "- One" else f"**Why it matters:** {words}"
        assert "draft-talk" in findings(GOOD.replace(old, new))


@pytest.mark.parametrize("words", ["This article explores how it scales", "The author discusses queues"])
def test_a_point_that_tells_of_the_article_is_found(words):
    assert set(findings(GOOD.replace("- One", f"- {words}"))) == {"draft-talk"}


@pytest.mark.parametrize("words", [
    "The text of each page is provided by a parser", "Details are logged with no loss", "Language models read it",
    "It provides context to the model", "The API does not include retries", "Content is provided by a CDN",
    "No information is lost on restart", "The article count fell",
])  # fmt: skip
def test_words_that_only_look_alike_are_left_alone(words):
    assert findings(GOOD.replace("- One", f"- {words}")) == {}
