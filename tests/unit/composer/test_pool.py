import json
from datetime import UTC, datetime, timedelta
from unicodedata import normalize

import pytest

from newsletter.composer.mutes import MuteKind
from newsletter.composer.pool import LINE_LIMIT, Decision, Pool, writer_name
from newsletter.composer.tfidf import stems_of
from newsletter.errors import FileError, PoolError
from newsletter.model.article import Article
from newsletter.sources.reading import identified

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def article(id, **facts):
    return Article(id=id, **{"title": f"T {id}", "link": f"https://a.example/{id}", "why": f"because {id}", **facts})


def outcomes(additions):
    return [addition.outcome for addition in additions]


def test_adding_the_same_articles_twice_changes_no_byte(tmp_path):
    assert outcomes(Pool(tmp_path, "mk").add([article("a"), article("b")])) == ["added", "added"]
    before = (tmp_path / "mk.jsonl").read_bytes()
    assert outcomes(Pool(tmp_path, "mk").add([article("a"), article("b")])) == ["known", "known"]
    assert (tmp_path / "mk.jsonl").read_bytes() == before


def test_the_same_link_is_the_same_article_whatever_its_trackers(tmp_path):
    Pool(tmp_path, "mk").add([article("a", link="https://www.a.example/x/?utm_source=y")])
    assert outcomes(Pool(tmp_path, "mk").add([article("b", link="http://a.example/x")])) == ["known"]


def test_what_an_article_lacked_is_completed_and_what_it_had_stays(tmp_path):
    Pool(tmp_path, "mk").add([article("a", title="", link="", source="Old")])
    (addition,) = Pool(tmp_path, "mk").add([article("a", source="New")])
    assert addition.outcome == "completed"
    entry = Pool(tmp_path, "mk").find("a")
    assert (entry.article.title, entry.article.link, entry.article.source) == ("T a", "https://a.example/a", "Old")


def test_decisions_of_several_writers_follow_each_other_by_time(tmp_path):
    Pool(tmp_path, "zoe", NOW).add([article("a")])
    Pool(tmp_path, "abe", NOW + timedelta(hours=1)).decide("a", Decision.DROPPED, "too old")
    assert Pool(tmp_path, "zoe").find("a").reason == "too old"
    Pool(tmp_path, "zoe", NOW + timedelta(hours=2)).decide("a", Decision.NEW)
    assert Pool(tmp_path, "abe").find("a").decision is Decision.NEW
    assert {path.name for path in tmp_path.iterdir()} == {"abe.jsonl", "zoe.jsonl"}


def test_an_id_is_found_by_any_unique_beginning(tmp_path):
    pool = Pool(tmp_path, "mk")
    pool.add([article("abcd"), article("abef")])
    assert pool.find("abc").article.id == "abcd"
    with pytest.raises(PoolError, match='"ab" begins 2 ids: abcd, abef; type a letter more'):
        pool.find("ab")
    with pytest.raises(PoolError, match='no article of the pool has the id "x"'):
        pool.find("x")


def test_a_line_of_the_pool_holds_four_kilobytes_and_too_long_a_one_writes_nothing(tmp_path):
    with pytest.raises(PoolError, match=r'"T b" takes [\d,]+ bytes; a line of the pool holds 4,096'):
        Pool(tmp_path, "mk").add([article("a"), article("b", why="x" * LINE_LIMIT)])
    assert not (tmp_path / "mk.jsonl").exists()


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        '{"event": "burned", "id": "a", "at": ""}',
        '{"event": "added", "id": "a", "at": "", "article": {"title": 3}}',
        '{"event": "added", "id": "a", "at": "", "article": 3}',
        "[" * 100_000,
    ],
)
def test_a_line_that_cannot_be_read_is_an_error_with_its_number(tmp_path, line):
    Pool(tmp_path, "mk").add([article("a")])
    with (tmp_path / "mk.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(PoolError, match=r"mk\.jsonl:2: this line of the pool cannot be read"):
        Pool(tmp_path, "mk")


def test_a_file_without_a_last_line_end_is_gone_on_with_on_a_line_of_its_own(tmp_path):
    event = {"at": NOW.isoformat(), "event": "added", "id": "a", "article": {"title": "A"}}
    (tmp_path / "mk.jsonl").write_text(json.dumps(event))
    Pool(tmp_path, "mk").add([article("b")])
    assert list(Pool(tmp_path, "mk").entries) == ["a", "b"]


def test_a_writer_is_named_by_user_and_machine():
    assert writer_name("Mara K.", "Laptop.local") == "mara-k-laptop"
    assert writer_name("李", "…") == "writer"


def test_a_pool_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "pool").write_text("a file where the folder should be", encoding="utf-8")
    pool = Pool(tmp_path / "pool", "ada")
    with pytest.raises(FileError, match=r"ada\.jsonl: it cannot be written \("):
        pool.add([Article(id="a" * 13, title="Moka")])


def test_a_folder_in_the_place_of_a_writer_s_file_is_one_clear_error(tmp_path):
    (tmp_path / "zoe.jsonl").mkdir()
    with pytest.raises(PoolError, match=r"zoe\.jsonl: it cannot be read: Is a directory; look at its permissions"):
        Pool(tmp_path, "mk")
    with pytest.raises(PoolError, match=r"zoe\.jsonl: it cannot be read"):
        Pool(tmp_path, "zoe")


def test_a_password_in_an_address_never_comes_into_the_pool(tmp_path):
    pool = Pool(tmp_path, "mk")
    login = "https://me:s3cret@a.example/x?to=b@c"
    (addition,) = pool.add([article("a", link=login, canonical=login, image="//me@a.example/i.png")])
    assert (addition.article.link, addition.article.canonical) == ("https://a.example/x?to=b@c",) * 2
    assert addition.article.image == "//a.example/i.png"
    with pytest.raises(PoolError, match="name or password") as raised:
        pool.edit("a", {"link": "https://me:s3cret@b.example/"})
    assert "s3cret" not in str(raised.value)
    assert b"s3cret" not in (tmp_path / "mk.jsonl").read_bytes()


def test_accents_of_either_spelling_are_the_same_letters(tmp_path):
    """Files of macOS are named with accents as marks of their own, and some feeds are written so."""
    one = {"title": "Café in Zürich", "why": "Because naïve queues break", "link": "https://a.example/café"}
    other = {name: normalize("NFD", text) for name, text in one.items()}
    assert other != one
    for names in (["title"], ["title", "why"], ["title", "link"]):
        made = [identified(Article(id="", **{name: facts[name] for name in names})) for facts in (one, other)]
        assert made[0].id == made[1].id or "link" in names
        assert outcomes(Pool(tmp_path / names[-1], "mk").add(made)) == ["added", "known"]
    pool = Pool(tmp_path, "mk")
    pool.mute(MuteKind.WORD, "Zürich")
    assert pool.mutes.of(Article(id="x", title=other["title"]))
    assert stems_of(one["title"]) == stems_of(other["title"])
