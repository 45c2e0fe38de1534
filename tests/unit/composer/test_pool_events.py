import gc
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.composer.mutes import MuteKind
from newsletter.composer.pool import LINE_LIMIT, Decision, Pool
from newsletter.errors import PoolError
from newsletter.model.article import Article

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def article(id, **facts):
    return Article(id=id, **{"title": f"T {id}", "link": f"https://a.example/{id}", **facts})


def line(event, id, hours=0, **facts):
    at = (NOW + timedelta(hours=hours)).isoformat(timespec="microseconds")
    return json.dumps({"at": at, "event": event, "id": id, **facts}, separators=(",", ":"))


def lay(folder, *files):
    folder.mkdir(exist_ok=True)
    for number, lines in enumerate(files):
        (folder / f"w{number}.jsonl").write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")


def view(folder):
    pool = Pool(folder, "nobody")
    return list(pool.entries.values()), list(pool.mutes)


EVENTS = st.one_of(
    st.builds(
        lambda event, id, hours, name, value: line(event, id, hours, article={name: value}),
        st.sampled_from(["added", "edited"]), st.sampled_from("ab"), st.integers(0, 3),
        st.sampled_from(["title", "link", "why"]), st.sampled_from(["", "x", "y", "ü"]),
    ),
    st.builds(
        lambda event, id, hours, reason: line(event, id, hours, reason=reason),
        st.sampled_from(["held", "dropped", "new"]), st.sampled_from("ab"), st.integers(0, 3),
        st.sampled_from(["", "old", "dull"]),
    ),
    st.builds(
        lambda event, id, hours: line(event, id, hours),
        st.sampled_from(["muted", "unmuted"]), st.sampled_from(["source:Acme", "source:acme", "word:AI"]),
        st.integers(0, 3),
    ),
)  # fmt: skip


@given(data=st.data(), events=st.lists(EVENTS, max_size=9))
def test_events_decide_the_same_in_whatever_order_of_lines_and_files_they_stand(tmp_path_factory, data, events):
    folder = tmp_path_factory.mktemp("pools")
    lay(folder / "one", events)
    mixed = data.draw(st.permutations(events))
    cut = data.draw(st.integers(0, len(mixed)))
    again = [*mixed[cut:], *mixed[:1]]  # a merge may keep a line twice
    lay(folder / "other", mixed[:cut], again)
    assert view(folder / "one") == view(folder / "other")


def test_every_order_of_four_lines_about_one_article_gives_one_pool(tmp_path):
    lines = [
        line("added", "a", 0, article={"title": "A", "link": "https://a.example/"}),
        line("edited", "a", 2, article={"title": "B"}),
        line("edited", "a", 1, article={"title": "C", "why": "because"}),
        line("dropped", "a", 1, reason="old"),
    ]
    seen = []
    for number, order in enumerate(permutations(lines)):
        lay(tmp_path / str(number), order)
        seen.append(view(tmp_path / str(number)))
    assert all(one == seen[0] for one in seen)
    (entry,) = seen[0][0]
    assert (entry.article.title, entry.article.why, entry.decision, entry.reason) == ("B", "because", "dropped", "old")


def test_a_decision_follows_what_was_seen_although_the_clock_goes_back(tmp_path):
    ahead = Pool(tmp_path, "zoe", NOW + timedelta(days=2))
    ahead.add([article("a")])
    ahead.decide("a", Decision.HELD)
    behind = Pool(tmp_path, "abe", NOW)
    behind.decide("a", Decision.DROPPED, "dull")
    behind.edit("a", {"title": "Mended"})
    entry = Pool(tmp_path, "abe").find("a")
    assert (entry.decision, entry.article.title) == (Decision.DROPPED, "Mended")
    times = [json.loads(one)["at"] for one in (tmp_path / "abe.jsonl").read_text().splitlines()]
    assert times == sorted(set(times))


def test_facts_that_two_writers_edit_are_merged_fact_by_fact(tmp_path):
    Pool(tmp_path, "zoe", NOW).add([article("a")])
    zoe, abe = Pool(tmp_path, "zoe", NOW + timedelta(hours=1)), Pool(tmp_path, "abe", NOW + timedelta(hours=2))
    zoe.edit("a", {"title": "By Zoe", "why": "by Zoe"})
    abe.edit("a", {"why": "by Abe"})
    merged = Pool(tmp_path, "zoe").find("a").article
    assert (merged.title, merged.why) == ("By Zoe", "by Abe")


def test_what_an_editor_took_out_is_not_completed_again(tmp_path):
    pool = Pool(tmp_path, "mk")
    pool.add([article("a", summary="A publisher's words")])
    pool.edit("a", {"summary": ""})
    (addition,) = Pool(tmp_path, "mk").add([article("a", summary="A publisher's words", author="Ada")])
    assert (addition.outcome, addition.article.summary, addition.article.author) == ("completed", "", "Ada")


def test_two_processes_of_one_writer_know_what_the_other_added(tmp_path):
    one, other = Pool(tmp_path, "mk"), Pool(tmp_path, "mk")
    one.add([article("a")])
    (addition,) = other.add([article("a")])
    assert addition.outcome == "known"
    assert len((tmp_path / "mk.jsonl").read_bytes().splitlines()) == 1


def test_many_who_add_the_same_at_once_add_each_once_and_tear_no_line(tmp_path):
    articles = [article(f"x{number}", summary="s" * 500) for number in range(20)]
    with ThreadPoolExecutor(4) as threads:  # each has a file of its own open, as processes have
        list(threads.map(lambda one: [Pool(tmp_path, "mk").add([each]) for each in one], [articles] * 4))
    lines = (tmp_path / "mk.jsonl").read_bytes().splitlines()
    assert sorted(json.loads(one)["id"] for one in lines) == sorted(one.id for one in articles)


def test_what_is_added_although_it_was_dropped_tells_when_and_why(tmp_path):
    pool = Pool(tmp_path, "mk", NOW)
    pool.add([article("a")])
    pool.decide("a", Decision.DROPPED, "too old")
    (addition,) = Pool(tmp_path, "mk").add([article("b", link="https://a.example/a")])
    assert addition.outcome == "known"
    assert (addition.entry.decision, addition.entry.reason) == (Decision.DROPPED, "too old")
    assert addition.entry.decided == "2026-11-23T12:00:00.000001+00:00"


def test_a_torn_last_line_is_put_aside_and_said_once(tmp_path):
    Pool(tmp_path, "mk").add([article("a"), article("b")])
    path = tmp_path / "mk.jsonl"
    whole = path.read_bytes()
    said = []
    for cut in (1, len(whole.splitlines()[1]) // 2, len(whole.splitlines()[1]) - 1):
        path.write_bytes(whole[: -cut - 1])
        said.clear()
        assert list(Pool(tmp_path, "mk", told=said.append).entries) == ["a"]
        assert said == [f"{path}:2: the last line was torn; it is in {tmp_path / 'mk.torn'} now, and all before it is"
                        " whole"]  # fmt: skip
        assert list(Pool(tmp_path, "mk", told=said.append).entries) == ["a"]
        assert len(said) == 1
    assert (tmp_path / "mk.torn").read_bytes().count(b'"id":"b"') >= 1


def test_a_last_line_that_lacks_only_its_end_is_whole(tmp_path):
    Pool(tmp_path, "mk").add([article("a")])
    path = tmp_path / "mk.jsonl"
    path.write_bytes(path.read_bytes().rstrip())
    said = []
    Pool(tmp_path, "mk", told=said.append).add([article("b")])
    assert list(Pool(tmp_path, "mk").entries) == ["a", "b"]
    assert said == []


def test_a_torn_last_line_of_another_writer_is_said_and_left_to_them(tmp_path):
    lay(tmp_path, [line("added", "a", article={"title": "A"})])
    path = tmp_path / "w0.jsonl"
    with path.open("a") as file:
        file.write('{"at":"2026')
    before, said = path.read_bytes(), []
    pool = Pool(tmp_path, "mk", told=said.append)
    assert list(pool.entries) == ["a"]
    assert said == [f"{path}:2: the last line is torn, and counts for nothing; the next command of its writer repairs"
                    " it"]  # fmt: skip
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "bad, said",
    [
        ('{"at":"2026-11-23T12:00:00+00:00","event":"starred","id":"a"}',
         'this line has the event "starred", which this program does not know; a newer newsletter wrote it'),
        (line("edited", "a", article={"mood": "x"}), 'this line has the fact "mood", which this program does not know'),
        ("<<<<<<< HEAD", "git left the mark of a conflict here; keep the lines of both sides"),
        ("=======", "git left the mark of a conflict here; keep the lines of both sides"),
        (line("held", "a")[:40], "this line of the pool cannot be read; mend it, or take it out"),
        (line("added", "a", article={"title": "A"})[:60] + "}}", "this line of the pool cannot be read"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_is_said_with_its_number_and_what_to_do(tmp_path, bad, said):
    lay(tmp_path, [line("held", "b"), bad, line("added", "a", article={"title": "A"})])
    with pytest.raises(PoolError) as caught:
        list(Pool(tmp_path, "mk").entries.values())
    assert str(caught.value).startswith(f"{tmp_path / 'w0.jsonl'}:2: {said}")


def test_long_facts_shorten_a_summary_and_leave_a_sketch_a_line_of_its_own(tmp_path):
    long = article("a", summary="ü " * 3000, why="w" * 1500, sketch="s" * 2700)
    (addition,) = Pool(tmp_path, "mk").add([long])
    lines = (tmp_path / "mk.jsonl").read_bytes().splitlines(keepends=True)
    assert [len(one) <= LINE_LIMIT for one in lines] == [True, True]
    kept = Pool(tmp_path, "mk").find("a").article
    assert (kept.why, kept.sketch) == (long.why, long.sketch)
    assert len(kept.summary) > 500
    assert addition.article == kept


def test_a_file_that_git_replaces_meanwhile_is_not_written_to(tmp_path):
    pool = Pool(tmp_path, "mk")
    pool.add([article("a")])
    path = tmp_path / "mk.jsonl"
    (tmp_path / "new").write_bytes(path.read_bytes())
    os.replace(tmp_path / "new", path)  # noqa: PTH105
    with pytest.raises(PoolError, match="the file was replaced while it was read"):
        pool.decide("a", Decision.HELD)
    assert Pool(tmp_path, "mk").find("a").decision is Decision.NEW


def test_two_writers_on_two_branches_of_git_merge_without_conflict_and_decide_the_same(tmp_path):
    def git(*words):
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *words]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout

    folder = tmp_path / "pool"
    (tmp_path / ".gitattributes").write_text("/pool/*.jsonl merge=union\n")
    git("init", "-b", "main")
    Pool(folder, "zoe", NOW).add([article("a"), article("b")])
    git("add", "."), git("commit", "-m", "both")
    git("switch", "-c", "abe")
    abe = Pool(folder, "abe", NOW + timedelta(hours=2))
    abe.add([article("c"), article("d")])
    abe.decide("a", Decision.DROPPED, "too old")
    abe.edit("b", {"why": "by Abe"})
    abe.mute(MuteKind.WORD, "crypto")
    Pool(folder, "zoe", NOW + timedelta(hours=3)).decide("b", Decision.HELD)  # the same writer, on both branches
    git("add", "."), git("commit", "-m", "abe")
    git("switch", "main")
    zoe = Pool(folder, "zoe", NOW + timedelta(hours=1))
    zoe.add([article("c", why="by Zoe")])
    zoe.decide("a", Decision.HELD)
    zoe.edit("b", {"title": "By Zoe"})
    git("add", "."), git("commit", "-m", "zoe")
    git("branch", "before")
    git("merge", "abe", "-m", "one way")
    one = view(folder)
    git("switch", "abe")
    git("merge", "before", "-m", "the other way")
    assert view(folder) == one
    entries = {entry.article.id: entry for entry in one[0]}
    assert sorted(entries) == ["a", "b", "c", "d"]
    assert (entries["a"].decision, entries["b"].decision) == (Decision.DROPPED, Decision.HELD)
    assert (entries["b"].article.title, entries["b"].article.why) == ("By Zoe", "by Abe")
    assert entries["c"].article.why == "by Zoe"
    assert [mute.name for mute in one[1]] == ["crypto"]


def test_mutes_know_sources_by_name_and_host_and_words_where_no_letter_touches_them(tmp_path):
    pool = Pool(tmp_path, "mk")
    pool.mute(MuteKind.SOURCE, " Acme  Blog ", "an ad a day")
    pool.mute(MuteKind.SOURCE, "b.example")
    pool.mute(MuteKind.WORD, "AI")
    pool.mute(MuteKind.WORD, "c++")
    mutes = Pool(tmp_path, "mk").mutes
    assert str(mutes.of(article("a", source="ACME blog"))) == "the source Acme Blog"
    assert str(mutes.of(article("a", link="https://www.b.example/x"))) == "the source b.example"
    assert str(mutes.of(article("a", title="What AI, then?"))) == 'the word "AI"'
    assert str(mutes.of(article("a", tags=("C++",)))) == 'the word "c++"'
    assert mutes.of(article("a", title="A train of thought", source="Acme")) is None
    pool = Pool(tmp_path, "mk")
    pool.unmute(MuteKind.SOURCE, "ACME BLOG")
    assert [mute.name for mute in Pool(tmp_path, "mk").mutes] == ["b.example", "AI", "c++"]
    with pytest.raises(PoolError, match="the source Acme is not muted"):
        pool.unmute(MuteKind.SOURCE, "Acme")


def test_a_pool_that_nobody_has_any_more_keeps_no_file_open(tmp_path):
    Pool(tmp_path, "mk").add([article("a")])
    gc.disable()
    try:
        before = open_files()
        for _ in range(5):
            list(Pool(tmp_path, "mk").entries.values())
        assert open_files() == before
    finally:
        gc.enable()


def open_files():
    folder = Path("/dev/fd")
    return len(list(folder.iterdir()))


WHOLE = [line("added", "a", article={"title": "A", "points": ["x"]}), line("dropped", "a", 1, reason="old")]


@given(data=st.data())
def test_whatever_stands_in_a_file_of_the_pool_is_read_or_said_with_its_line(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("pools")
    lines = st.one_of(st.sampled_from(WHOLE).map(str.encode), st.binary(max_size=40), st.integers(0, 90).map(
        lambda cut: WHOLE[0].encode()[:cut] + WHOLE[0].encode()[cut + 1 :]))  # fmt: skip
    (folder / "w.jsonl").write_bytes(b"\n".join(data.draw(st.lists(lines, max_size=5))))
    try:
        pool = Pool(folder, "w", NOW, told=lambda text: None)
        pool.add([article("b")])
        list(pool.entries.values())
    except PoolError as error:
        said = str(error)
        assert re.match(rf"{re.escape(str(folder))}/w\.jsonl:\d+: .*; ", said), said


def test_a_line_of_the_end_of_time_keeps_nobody_from_deciding(tmp_path):
    at = "9999-12-31T23:59:59.999999+00:00"
    lay(tmp_path, [json.dumps({"at": at, "event": "added", "id": "a", "article": {"title": "A"}})])
    pool = Pool(tmp_path, "w0", NOW)
    pool.decide("a", Decision.HELD)
    assert Pool(tmp_path, "w0").find("a").decision is Decision.HELD
