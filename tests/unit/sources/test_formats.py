import json

import pytest

from newsletter.errors import InputError
from newsletter.sources.reader import read_source


def read(text, name, links=None):
    return read_source(text.encode(), name, (links.encode(), "links.tsv") if links is not None else None)


def articles(reading):
    return [entry.article for entry in reading.collected]


def test_links_give_title_link_and_year_by_position(digest_text, links_text):
    found = articles(read(digest_text, "digest.txt", links_text))
    assert found[0].title.endswith("Moka (Part 2 of 2)")
    assert found[0].link.endswith("part-2-of-2-d0210ded34e0")
    assert {article.published for article in found} == {"2025"}
    assert not any(article.missing() for article in found)


def test_links_do_not_change_what_an_article_has():
    found = articles(
        read("Own\nhttps://own.example/1\nWhy it matters: x.\n", "d.txt", "title\turl\nOther\thttps://o.example/\n")
    )
    assert (found[0].title, found[0].link) == ("Own", "https://own.example/1")


def test_the_id_is_the_same_with_and_without_links(digest_text, links_text):
    without, joined = articles(read(digest_text, "d.txt")), articles(read(digest_text, "d.txt", links_text))
    assert [article.id for article in without] == [article.id for article in joined]


def test_a_link_without_an_article_is_told():
    reading = read(
        "Why it matters: x.\n", "d.txt", "position\ttitle\turl\n1\tA\thttps://a.example/\n2\tB\thttps://b.example/\n"
    )
    assert [remark.what for remark in reading.remarks] == ["links.tsv:3 has no article 2 to join"]


@pytest.mark.parametrize(
    "table, message",
    [
        ("a\tb\n1\t2\n", r"links\.tsv:1: no column is a title or a link: a, b"),
        ("position\ttitle\nx\tA\n", r'links\.tsv:2: "x" is no position'),
        ("position\ttitle\n1\tA\n1\tB\n", r'links\.tsv:3: "1" is no position, or stands twice'),
    ],
)
def test_a_wrong_table_of_links_is_an_error_with_its_line(table, message):
    with pytest.raises(InputError, match=message):
        read("Why it matters: x.\n", "d.txt", table)


def test_csv_rows_become_articles():
    text = 'Title;URL;Source;Minutes;Key points\n"A; b";https://a.example/;Acme;12 min;One | Two\n;;;;\n'
    (article,) = articles(read(text, "list.csv"))
    assert (article.title, article.link, article.source, article.minutes) == ("A; b", "https://a.example/", "Acme", 12)
    assert article.points == ("One", "Two")


def test_csv_names_columns_and_rows_that_mean_nothing():
    reading = read("title,mood\nA,happy\n,sad\n", "list.csv")
    assert [(remark.line, remark.what) for remark in reading.remarks] == [
        (1, "columns that mean nothing here: mood"),
        (3, "a row without title and link"),
    ]


@pytest.mark.parametrize(
    "text, message",
    [
        ('title,link\n"A,b\n', r"list\.csv:2: this row cannot be read"),
        ("title,link\nA,b,c\n", r"list\.csv:2: 3 cells under 2 columns"),
        ("title,minutes\nA,soon\n", r'list\.csv:2: "soon" is no number of minutes'),
        ("", r"list\.csv: the file is empty"),
    ],
)
def test_a_broken_csv_row_is_an_error_with_its_line(text, message):
    with pytest.raises(InputError, match=message):
        read(text, "list.csv")


ENTRY = {
    "title": "A",
    "url": "https://a.example/",
    "why_it_matters": "It is.",
    "key_points": ["One", "Two"],
    "reading_time": 7,
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ENTRY]),
        json.dumps(ENTRY),
        json.dumps({"articles": [ENTRY]}),
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [ENTRY]}),
        json.dumps(ENTRY) + "\n\n",
    ],
)
def test_json_is_read_as_a_list_an_object_a_feed_or_lines(text):
    (article,) = articles(read(text, "list.json"))
    assert (article.title, article.link, article.why, article.points, article.minutes) == (
        "A",
        "https://a.example/",
        "It is.",
        ("One", "Two"),
        7,
    )


def test_json_lines_keep_their_line_numbers():
    reading = read(json.dumps(ENTRY) + "\n" + json.dumps({"title": "B", "mood": 1}) + "\n[]\n", "list.jsonl")
    assert [entry.first_line for entry in reading.collected] == [1, 2]
    assert [(remark.line, remark.what) for remark in reading.remarks] == [
        (2, "entry 2: keys that mean nothing here: mood"),
        (3, "entry 3 is no object"),
    ]


@pytest.mark.parametrize(
    "text, message",
    [
        ("[{]", r"list\.json:1: this is not JSON"),
        ("3", "no list of articles"),
        ("[" * 100_000, "nested too deeply|not JSON"),
        ('{"title": "A"}\n{"title": ', r"list\.json:2: this is not JSON"),
        ('[{"title": ["A"]}]', '"title" is not a text'),
    ],
)
def test_broken_json_is_an_error(text, message):
    with pytest.raises(InputError, match=message):
        read(text, "list.json")


@pytest.mark.parametrize(
    "matter",
    [
        '+++\ntitle = "Moka: part 2"\nlink = "https://a.example/"\n+++\n',
        "---\ntitle: Moka: part 2\nlink: https://a.example/\n---\n",
        '---\ntitle: "Moka: part 2"\nurl: https://a.example/\n# a comment\n---\n',
    ],
)
def test_markdown_front_matter_and_body_make_one_article(matter):
    (article,) = articles(read(matter + "\n**Why it matters:** It scales.\n\n- One\n- Two\n", "a.md"))
    assert (article.title, article.link, article.why, article.points) == (
        "Moka: part 2",
        "https://a.example/",
        "It scales.",
        ("One", "Two"),
    )


def test_markdown_lists_in_front_matter_are_read():
    (article,) = articles(read("---\ntitle: A\npoints:\n  - One\n  - Two: three\n---\n", "a.md"))
    assert article.points == ("One", "Two: three")


def test_markdown_prose_that_is_no_part_of_an_article_is_told():
    reading = read("---\ntitle: A\n---\nSome prose.\n\nMore.\n", "a.md")
    assert [remark.line for remark in reading.remarks] == [4, 6]


def test_markdown_without_front_matter_may_hold_several_articles():
    text = "# [A](https://a.example/)\n\n**Why it matters:** x.\n\n* One\n\n# B\n\n**Why it matters:** y.\n"
    assert [(a.title, a.link, a.why) for a in articles(read(text, "a.md"))] == [
        ("A", "https://a.example/", "x."),
        ("B", "", "y."),
    ]


@pytest.mark.parametrize(
    "text, message",
    [
        ("+++\ntitle = \n+++\n", r"a\.md:2: this is not TOML"),
        ("---\ntitle: A\n", r"a\.md:1: the front matter has no end"),
        ("---\n: x\n---\n", r"a\.md:2: this front matter line"),
    ],
)
def test_broken_front_matter_is_an_error_with_its_line(text, message):
    with pytest.raises(InputError, match=message):
        read(text, "a.md")


def test_a_text_of_front_matter_may_go_on_below_its_key():
    matter = "---\ntitle: >-\n  Moving\n  the queue\nlink: https://a.example/\ncover:\n  file: x.png\n"
    matter += "tags:\n  - one\n    and more\n  - two\nauthor: Ada\n  Byron\n---\n"
    (article,) = articles(read(matter, "a.md"))
    assert (article.title, article.tags, article.author) == ("Moving the queue", ("one and more", "two"), "Ada Byron")
    assert article.image == ""


def test_front_matter_without_title_and_link_is_no_article_and_says_so():
    reading = read("---\nmood: x\n---\nText\n", "a.md")
    assert (reading.collected, [remark.line for remark in reading.remarks]) == ((), [1])
    assert "neither title nor link; add a line title" in reading.remarks[0].what


def test_prose_below_front_matter_with_a_link_is_the_text_of_the_article():
    reading = read("---\r\ntitle: A\r\nlink: https://a.example/\r\n---\r\n# A\r\n\r\nWe **moved** it.\r\n", "a.md")
    (one,) = reading.collected
    assert (one.article.title, one.article.drafted_by, one.text) == ("A", "", "A\nWe moved it.")
    assert not reading.remarks


def test_standard_input_is_read_by_how_it_begins():
    assert articles(read('[{"title": "A"}]', "-"))[0].title == "A"
    assert articles(read("---\ntitle: B\n---\n", "-"))[0].title == "B"
    assert articles(read("C\nWhy it matters: x.\n", "-"))[0].title == "C"


LISTED = '{"title": "A"},\n {"title":\n "B", "tags": ["[", "]"]}, {"title": "C \\u005b"}\n'


@pytest.mark.parametrize("text, lines", [
    (f"[{LISTED}]", [1, 2, 3]),
    (f'{{"meta": {{"items": [1]}},\n "items": [\n{LISTED}]}}', [3, 4, 5]),
    (f'{{"items": [{{"title": "other"}}], "x": "\\"articles\\": [",\n "articles": [{LISTED}]}}', [2, 3, 4]),
    (f'{{"articles": 5, "posts":\n[{LISTED}]}}', [2, 3, 4]),
    ('\n{"title": "A",\n "items": 5}', [2]),
    ('{"articles": []}', []),
    ("[ ]", []),
])  # fmt: skip
def test_each_article_of_json_has_the_line_where_it_begins(text, lines):
    reading = read(text, "list.json")
    assert [entry.first_line for entry in reading.collected] == lines


@pytest.mark.parametrize("date", ["2025-99-77", "2025-13", "0000", "Wed, 10 Sep 99999999999999 08:00:00 +0000", "²⁰²⁵"])
def test_what_is_no_date_is_told_and_left_out(date):
    reading = read(json.dumps([{"title": "A", "date": date}]), "list.json")
    assert articles(reading)[0].published == ""
    assert date in reading.remarks[0].what


def test_articles_that_say_it_with_pictures_alone_are_two():
    found = articles(read("Why it matters: 🎉\n\nWhy it matters: 🚀\n", "d.txt"))
    assert len({article.id for article in found}) == 2
