"""A draft may say what the article says, in its numbers and names, and nothing else."""

import pytest
from drafting_desk import CAUSE, FOUND, MENDED, TEXT
from hypothesis import given
from hypothesis import strategies as st

from newsletter.composer.support import Ground
from newsletter.model.draft import Claim, Draft

GROUND = Ground(TEXT)


def fault(text, quote=CAUSE, ground=GROUND):
    return ground.fault(Claim(text=text, quote=quote))


@pytest.mark.parametrize("text, quote", [
    ("cAdvisor scans page tables every 30 s", CAUSE),
    ("cAdvisor scans the page tables each 30 seconds", CAUSE),
    ("Scanning page tables costs time", CAUSE),
    ("One query in 1.000.000 was slow", FOUND),
    ("One query in 1 million was slow", FOUND),
    ("Pinterest's search had one slow query in 1,000,000", FOUND),
    ("Turning it off on 240 nodes of Manas took outliers away", MENDED),
    ("cAdvisor scans page tables", CAUSE.replace(" ", "  ").replace("process", "process\u00ad")),
    ("cAdvisor scans page tables", f"“{CAUSE}”"),
])  # fmt: skip
def test_what_the_article_says_is_borne_out(text, quote):
    assert fault(text, quote) == ""


@pytest.mark.parametrize("text, quote, words", [
    ("cAdvisor scans page tables every 60 s", CAUSE, 'the number "60" is not in the article'),
    ("cAdvisor scans seven page tables", CAUSE, 'the number "seven" is not in the article'),
    ("One query in 1 billion was slow", FOUND, 'the number "1 billion" is not in the article'),
    ("Each process has page tables in Kubernetes", CAUSE, 'the name "Kubernetes" is not in the article'),
    ("Netflix scans page tables", CAUSE, 'the name "Netflix" is not in the article'),
    ("Page tables fill K8s", CAUSE, 'the name "K8s" is not in the article'),
    ("The page tables are read by eBPF", CAUSE, 'the name "eBPF" is not in the article'),
    ("cAdvisor scans page tables", CAUSE.replace("every", "each"), "its quote is not in the article"),
    ("cAdvisor scans page tables", "page tables", "its quote has 2 words"),
    ("cAdvisor scans page tables", "", "its quote has 0 words"),
    ("cAdvisor scans page tables", TEXT, "its quote has 195 words"),
    ("The dashboards were repainted in blue", CAUSE, "its quote speaks of something else"),
])  # fmt: skip
def test_what_the_article_does_not_say_is_a_fault(text, quote, words):
    assert words in fault(text, quote)


INVENTED = "Query mismatches came from a rare timing condition in network and storage synchronization"


@pytest.mark.parametrize("quote", ["a rare timing condition in network and storage synchronization", CAUSE])
def test_the_cause_that_two_news_sites_invented_is_not_borne_out(quote):
    """Published of the article behind the digest's Manas item, which gives cAdvisor's scan as the cause."""
    assert fault(INVENTED, quote)


def test_a_why_needs_no_quote_but_may_have_no_name_or_number_of_its_own():
    def judged(why):
        return GROUND.judge(Draft(drafted_by="llm:m", why=Claim(text=why))).why.fault

    assert judged("Turn off what scans memory.") == ""
    assert judged("Save 30 % on Google Cloud.") == 'the name "Google" is not in the article'
    assert judged("It saves 31 % of the time.") == 'the number "31" is not in the article'


def test_a_name_may_be_the_titles_or_the_sources_but_a_quote_may_not():
    ground = Ground(TEXT, head="Ten lessons of Manas 2\nNetflix Engineering")
    assert fault("Netflix scans page tables in ten ways", ground=ground) == ""
    assert "its quote is not in the article" in fault("Netflix scans lessons", "Ten lessons of Manas", ground)


def test_german_nouns_are_no_names_but_products_are():
    ground = Ground(TEXT, language="de-AT", same_language=False)
    assert fault("Alle 30 s liest cAdvisor die Seitentabellen jedes Prozesses", ground=ground) == ""
    assert "MacBook" in fault("Alle 30 s liest das MacBook die Seitentabellen", ground=ground)


@pytest.mark.parametrize("said, text", [
    ("1,234.5", "1.234,5"), ("1,234", "1.234"), ("1 million", "1,000,000"), ("2M", "2 million"), ("12", "twelve"),
    ("3.5", "3,5"), ("10k", "10 thousand"), ("0.125", "0,125"), ("5", "5 m"), ("10.0.0.1", "10.0.0.1"),
])  # fmt: skip
def test_a_number_is_the_same_in_either_countrys_writing(said, text):
    assert fault(f"It costs {said} here", f"It costs {text} here", Ground(f"It costs {text} here.")) == ""


@pytest.mark.parametrize("said, text", [
    ("1,000", "1"), ("1,235", "1,234"), ("3.13", "3.125"), ("30", "30 million"), ("30 million", "30"), ("1.2", "12"),
    ("v2", "2"), ("10.0.0.2", "10.0.0.1"),
])  # fmt: skip
def test_another_number_is_another_number(said, text):
    assert "is not in the article" in fault(
        f"It costs {said} here", f"It costs {text} here", Ground(f"It costs {text} here.")
    )


@given(st.text(), st.text(), st.text(alphabet="0123456789.,kM -'s", max_size=60))
def test_whatever_is_said_of_whatever_text_is_judged(text, said, numbers):
    for claim in (said, numbers, f"A {numbers} {said}"):
        GROUND.fault(Claim(text=claim, quote=CAUSE))
        Ground(f"{text} {numbers}").fault(Claim(text=claim, quote=f"{text} {numbers}"))
        assert Ground(f"a b c {numbers}.").fault(Claim(text=numbers, quote=f"a b c {numbers}")) == ""
