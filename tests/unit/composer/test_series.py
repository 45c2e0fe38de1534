import pytest

from newsletter.composer.series import SentParts, faults, hint, in_order, part_of
from newsletter.model.article import Article


@pytest.mark.parametrize(
    ("title", "series", "number", "of"),
    [
        ("Next Gen Data With Moka (Part 2 of 2)", "next gen data with moka", 2, 2),
        ("Next Gen Data With Moka, Part 1: Deploying", "next gen data with moka", 1, 0),
        ("Next Gen Data With Moka (2/3)", "next gen data with moka", 2, 3),
        ("Next Gen Data With Moka [3 of 3]", "next gen data with moka", 3, 3),
        ("Next Gen Data With Moka Pt. II", "next gen data with moka", 2, 0),
        ("Next Gen Data With Moka – Teil 2 von 3", "next gen data with moka", 2, 3),
        ("Next Gen Data With Moka, Part Three", "next gen data with moka", 3, 0),
        ("Next Gen Data With Moka, partie deux", "next gen data with moka", 2, 0),
        ("Part 2: Queues in practice", "queues in practice", 2, 0),
        ("Moka, Part 2: logging", "moka logging", 2, 0),
        ("Queues in practice, Part #4", "queues in practice", 4, 0),
    ],
)
def test_a_title_names_its_part_in_many_ways(title, series, number, of):
    part = part_of(title)
    assert (part.series, part.number, part.of) == (series, number, of)


@pytest.mark.parametrize(
    "title",
    [
        "The best part of 2024",
        "Part of the team",
        "Department 5 moves",
        "Fractions: 1/2 and 2/3",
        "A part 2.5 release",
        "World War II",
        "Part 9 of 3",
        "Part 0: why",
        "Postgres 17 part-time",
        "(Part 2)",
        "",
        "🎉",
    ],
)
def test_other_titles_name_none(title):
    assert part_of(title) is None


def test_a_title_without_a_part_proves_to_be_the_first():
    sent = SentParts()
    sent.add("Queues in practice", "https://a.example/1", 37)
    assert sent.issues(part_of("Queues in practice, part 2", "https://www.a.example/2")) == {1: 37}
    assert sent.issues(part_of("Queues in practice, part 2", "https://b.example/2")) == {}
    assert sent.issues(part_of("Queues in practice, part 2")) == {1: 37}
    assert sent.issues(part_of("Queues in practice, part 2"), other_than=frozenset({37})) == {}


def test_a_hint_speaks_of_what_readers_had_and_of_what_they_miss():
    second = part_of("Queues in practice, part 2")
    assert hint(second, {}) == (0, "part 2; part 1 not sent")
    assert hint(second, {1: 37}) == (37, "part 2; part 1 ran in #37")
    assert hint(second, {2: 38}) == (38, "part 2 of this series ran in #38")
    assert hint(second, {}, here={1}) == (0, "")
    first = part_of("Queues in practice, part 1")
    assert hint(first, {}) == (0, "")
    assert hint(first, {2: 38}) == (38, "part 1; part 2 ran in #38 before it")
    assert hint(part_of("Queues in practice, part 4"), {})[1] == "part 4; part 2 and part 3 not sent"


def test_what_is_wrong_with_the_order_of_parts_is_found_at_its_line():
    one, two, three = (part_of(f"Queues in practice, part {number}") for number in (1, 2, 3))
    none = {line: {} for line in range(9)}
    assert faults([(1, one), (2, two), (3, three)], none) == {}
    assert faults([(1, two), (5, one)], none) == {1: "part 2 of a series, and stands before part 1 at line 5"}
    missing = "part 3 of a series, whose part 2 neither ran nor is in this issue"
    assert faults([(1, one), (5, three)], none) == {5: missing}
    assert faults([(1, two)], {1: {1: 37}}) == {}
    assert faults([(1, two)], {1: {1: 37, 2: 38}}) == {1: "part 2 of a series, and that part ran in issue 38"}


def test_parts_take_each_others_places_and_all_else_stays():
    titles = [
        "Queues, in practice, part 2",
        "B",
        "Moka at scale (2/2)",
        "Queues, in practice, part 1",
        "Moka at scale (1/2)",
    ]
    articles = [Article(id=str(at), title=title) for at, title in enumerate(titles)]
    assert [one.id for one in in_order(articles)] == ["3", "1", "4", "0", "2"]
    assert in_order([]) == []
