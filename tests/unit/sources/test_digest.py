import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import InputError
from newsletter.sources.digest import read_digest
from newsletter.sources.reader import read_source


def content(reading):
    return [(entry.article.why, entry.article.points) for entry in reading.collected]


@pytest.fixture
def original(digest_text):
    return content(read_digest(digest_text, "digest.txt"))


def test_the_sample_has_eight_articles_and_43_points(digest_text, original):
    assert [len(points) for _, points in original] == [5, 5, 5, 5, 5, 6, 6, 6]
    whys = re.findall(r"^Why it matters: (.+)$", digest_text, re.M)
    points = re.findall(r"^\s+• (.+)$", digest_text, re.M)
    assert [why for why, _ in original] == whys
    assert [point for _, points in original for point in points] == points
    assert len(points) == 43


def test_every_line_of_the_sample_is_accounted_for(digest_text):
    reading = read_digest(digest_text, "digest.txt")
    lines = {n for entry in reading.collected for n in range(entry.first_line, entry.last_line + 1)}
    lines |= {remark.line for remark in reading.remarks}
    told = {number for number, line in enumerate(digest_text.splitlines(), 1) if line.strip()}
    assert told <= lines
    assert [(remark.line, remark.harmless) for remark in reading.remarks] == [(67, True)]
    assert "earlier pages" in reading.remarks[0].what


def wrapped(width, hanging):
    def mutate(text):
        lines = []
        for line in text.split("\n"):
            indent = "    " if hanging and "•" in line else ""
            lines += textwrap.wrap(
                line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
            ) or [""]
        return "\n".join(lines)

    return mutate


MUTATIONS = {
    "crlf": lambda t: t.replace("\n", "\r\n"),
    "cr": lambda t: t.replace("\n", "\r"),
    "bom": lambda t: "\ufeff" + t,
    "wrapped at 72, hanging": wrapped(72, True),
    "wrapped at 72": wrapped(72, False),
    "wrapped at 40": wrapped(40, False),
    "hyphen points": lambda t: t.replace("•", "-"),
    "dash points": lambda t: t.replace("•", "–"),
    "star points, not indented": lambda t: t.replace("  • ", "* "),
    "no-break space behind the point": lambda t: t.replace("• ", "•\u00a0"),
    "no space behind the point": lambda t: t.replace("• ", "•"),
    "tabs": lambda t: t.replace("  • ", "\t•\t"),
    "odd spaces": lambda t: re.sub(r"(?<=\w) (?=\w)", "  ", t),
    "trailing spaces": lambda t: t.replace("\n", "   \n"),
    "numbered with dots": lambda t: numbered(t, "{}."),
    "numbered with blank lines between": lambda t: numbered(t, "{}.").replace("\n  ", "\n\n  "),
    "numbered with brackets": lambda t: numbered(t, "{})"),
    "footer between articles": lambda t: t.replace("\n\nWhy", "\n\nPage 1 of 2\n\nWhy", 3),
    "footer and form feed between points": lambda t: t.replace("\n  • EKS", "\nPage 1 of 2\n\f  • EKS"),
    "form feed before an article": lambda t: t.replace("\nWhy", "\n\fWhy"),
    "form feed behind a footer on its line": lambda t: t.replace("\n  • EKS", "\nPage 1 of 2\f  • EKS"),
    "blank line between points": lambda t: t.replace("\n  •", "\n\n  •"),
    "no blank between articles": lambda t: t.replace("\n\n", "\n"),
    "upper case": lambda t: t.replace("Why it matters:", "WHY IT MATTERS:"),
    "bold": lambda t: t.replace("Why it matters:", "**Why it matters:**"),
    "bold without colon inside": lambda t: t.replace("Why it matters:", "**Why it matters**:"),
    "dash for colon": lambda t: t.replace("Why it matters:", "Why it matters —"),
    "this matters": lambda t: t.replace("Why it matters:", "Why this matters:"),
    "why on its own line": lambda t: t.replace("Why it matters: ", "Why it matters:\n"),
    "why on its own line, blank below": lambda t: t.replace("Why it matters: ", "Why it matters:\n\n"),
    "final line break": lambda t: t + "\n\n\n",
    "no footer": lambda t: t.replace("Page 2 of 2", ""),
    "footer with dashes": lambda t: t.replace("Page 2 of 2", "- Page 2/2 -"),
}


def numbered(text, form):
    number = 0
    lines = text.split("\n")
    for at, line in enumerate(lines):
        number = number + 1 if line.startswith("  • ") else 0
        lines[at] = line.replace("•", form.format(number), 1)
    return "\n".join(lines)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutated_digest_gives_the_same_articles(name, digest_text, original):
    mutated = MUTATIONS[name](digest_text)
    assert mutated != digest_text
    reading = read_source(mutated.encode(), "digest.txt")
    assert content(reading) == original
    assert all(remark.harmless for remark in reading.remarks)


TITLES = [
    "Next Gen Data Processing (Part 2 of 2)",
    "Developer Experience: The Journey",
    "1. Debugging [the] Failure",
    "Part 1 of 2",
    "Scaling *ML* with Ray",
    "Why Kubernetes?",
    "“Quoted” – 16k+ Actions",
    "The Hadoop™ Clusters",
]


def injected(text, block):
    titles, count = iter(TITLES), iter(range(1, 100))
    return re.sub(r"^Why it matters", lambda m: block.format(next(titles), next(count)) + m[0], text, flags=re.M)


@pytest.mark.parametrize(
    "block",
    [
        "{0}\nhttps://example.com/{1}\n",
        "{0}\n\nhttps://example.com/{1}\n\n",
        "{0}\nLink: https://example.com/{1}\n",
        "### [{0}](https://example.com/{1})\n",
        "## {0}\n<https://example.com/{1}>\n\n",
        "**{0}**\nURL: https://example.com/{1}\n",
    ],
)
@pytest.mark.parametrize(
    "mutation", ["final line break", "crlf", "no blank between articles", "wrapped at 72, hanging"]
)
def test_titles_and_links_above_each_article_are_read(block, mutation, digest_text, original):
    if mutation == "wrapped at 72, hanging":
        text = injected(MUTATIONS[mutation](digest_text), block)
    else:
        text = MUTATIONS[mutation](injected(digest_text, block))
    reading = read_source(text.encode(), "digest.txt")
    assert content(reading) == original
    titles = [title.removeprefix("1. ") for title in TITLES]
    assert [entry.article.title.removeprefix("1. ") for entry in reading.collected] == titles
    assert [entry.article.link for entry in reading.collected] == [f"https://example.com/{n}" for n in range(1, 9)]


def test_part_two_of_two_is_a_title_and_page_two_of_two_is_none():
    reading = read_digest("Moka (Part 2 of 2)\nWhy it matters: It scales.\n• One\nPage 2 of 2\n", "d")
    assert [entry.article.title for entry in reading.collected] == ["Moka (Part 2 of 2)"]


def test_a_bare_part_2_of_2_is_a_title():
    reading = read_digest("Part 2 of 2\n\nWhy it matters: It scales.\n• One\n", "d")
    assert reading.collected[0].article.title == "Part 2 of 2"


def test_a_title_on_two_lines_is_one_title():
    reading = read_digest("Moka at\nScale\nWhy it matters: It scales.\n- One\n", "d")
    assert reading.collected[0].article.title == "Moka at Scale"


def test_text_that_belongs_to_nothing_is_named_with_its_line():
    reading = read_digest("Engineering Digest\n\nMoka\n\nWhy it matters: It scales.\n• One\n\nRead on\n", "d")
    assert [entry.article.title for entry in reading.collected] == ["Moka"]
    assert [(remark.line, remark.harmless) for remark in reading.remarks] == [(1, False), (8, False)]
    assert "Engineering Digest" in reading.remarks[0].what


def test_a_key_point_without_an_article_is_named():
    reading = read_digest("• Alone\n", "d")
    assert not reading.collected
    assert [remark.line for remark in reading.remarks] == [1]


def test_an_article_with_title_and_points_but_no_why_is_read_and_lacks_it():
    reading = read_digest("Moka\nhttps://example.com/m\n• One\n• Two\n", "d")
    article = reading.collected[0].article
    assert (article.title, article.points, article.missing()) == ("Moka", ("One", "Two"), ("why",))


def test_a_second_paragraph_of_the_why_is_kept_and_told():
    reading = read_digest("Why it matters: It scales.\n\nAnd it lasts.\n\n• One\n", "d")
    assert reading.collected[0].article.why == "It scales. And it lasts."
    assert [(remark.line, remark.harmless) for remark in reading.remarks] == [(3, True)]


def test_a_nul_byte_is_an_error_with_its_line():
    with pytest.raises(InputError, match=r"d\.txt:2: there is a NUL byte"):
        read_source(b"Why it matters: a\n\0\n", "d.txt")


def test_latin_1_is_an_error_with_its_line():
    with pytest.raises(InputError, match=r"d\.txt:2: this is not UTF-8"):
        read_source("a\nWhy it matters: caf\xe9\n".encode("latin-1"), "d.txt")


def test_utf_16_is_read(digest_text, original):
    assert content(read_source(digest_text.encode("utf-16"), "digest.txt")) == original


LINES = st.sampled_from(
    [
        "",
        "Why it matters: x.",
        "• a",
        "- b",
        "1. c",
        "Title",
        "https://example.com/1",
        "Page 2 of 3",
        "## Head",
        "Part 2 of 2",
        "more words.",
        "\f",
        "Why it matters:",
        "[T](https://example.com/2)",
    ]
)


@given(st.lists(LINES, max_size=25))
def test_no_line_is_dropped_in_silence(lines):
    reading = read_digest("\n".join(lines), "d")
    told = {n for entry in reading.collected for n in range(entry.first_line, entry.last_line + 1)}
    told |= {remark.line for remark in reading.remarks}
    for number, line in enumerate(lines, 1):
        assert not line.strip("\f ") or number in told


def test_a_page_number_of_thousands_of_digits_is_text():
    reading = read_digest(f"Page {'1' * 5000} of 2\n", "digest.txt")
    assert [remark.harmless for remark in reading.remarks] == [False]


def test_only_the_first_page_footer_speaks_of_earlier_pages():
    reading = read_digest("Page 2 of 3\nPage 3 of 3\n", "digest.txt")
    assert [remark.what for remark in reading.remarks] == [
        "a page footer; earlier pages are not in this file",
        "a page footer",
    ]
