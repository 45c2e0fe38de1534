"""Text is cut into sentences where people end them."""

import pytest

from newsletter.model.sentences import sentences_of


@pytest.mark.parametrize("text, sentences", [
    ("It scales. It is fast.", ["It scales.", "It is fast."]),
    ("Spark v3.5.1 runs on EKS, e.g. at night. It works.", ["Spark v3.5.1 runs on EKS, e.g. at night.", "It works."]),
    ("See https://x.example/a.b for more. Call foo.bar() now!", ["See https://x.example/a.b for more.",
                                                                 "Call foo.bar() now!"]),
    ("It takes 30 s. This is slow.", ["It takes 30 s.", "This is slow."]),
    ("The U.S. team (cf. fig. 2) saw 3.5 % on Nov. 5.", ["The U.S. team (cf. fig. 2) saw 3.5 % on Nov. 5."]),
    ("J. Smith wrote it. Why? Nobody knows.", ["J. Smith wrote it.", "Why?", "Nobody knows."]),
    ("A heading\nA line that goes on.", ["A heading", "A line that goes on."]),
    ("He said “stop.” Then he left.", ["He said “stop.”", "Then he left."]),
    ("Das gilt z. B. hier. Gut.", ["Das gilt z. B. hier.", "Gut."]),
    ("遅延が半分になった。費用も下がった。", ["遅延が半分になった。", "費用も下がった。"]),
    ("", []), ("  \n ", []), ("...", ["..."]),
])  # fmt: skip
def test_a_sentence_ends_where_people_end_it(text, sentences):
    assert list(sentences_of(text)) == sentences


def test_a_line_of_a_hundred_thousand_marks_is_cut_as_any_other():
    text = "e.g. " * 100_000
    assert list(sentences_of(text + "It ends. So it does.")) == [text + "It ends.", "So it does."]
