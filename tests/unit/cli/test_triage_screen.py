"""The full screen of a triage: what each key does, what is kept of it, and what is seen."""

import asyncio
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from newsletter.app.deciding import Decided, Refused
from newsletter.app.deliberation import Deliberation
from newsletter.app.scaffold import make_newsletter
from newsletter.app.triaging import Outcome
from newsletter.cli.root import root
from newsletter.cli.triage_lines import HELP, fitting, story_line
from newsletter.cli.triage_screen import TriageScreen
from newsletter.composer.shortlist import Choice, Repeat, RepeatKind, Score, Suggestion
from newsletter.composer.sitting import Room, Sitting
from newsletter.composer.verdict import Fault, Verb
from newsletter.model.article import Article

NOW = datetime(2026, 11, 24, 12, 40, tzinfo=UTC)
RAN = Repeat(kind=RepeatKind.SAME, issue=37, words="ran in #37")
STORIES = [("Ada", "Blog A", "Platforms"), ("Bea", "Blog B", "Search"), ("Cyd", "Blog A", ""), ("Dot", "", "Search"),
           ("Eve", "Blog E", "Platforms")]  # fmt: skip


def suggestion(number, title, source, section):
    article = Article(
        id=title.lower() + "x" * 10, title=f"[b]{title}[/b] writes\x1b[31m", source=source, summary=f"About {title}.",
        link=f"https://example.com/{title.lower()}" if source else "", note="a note" if title == "Bea" else "",
    )  # fmt: skip
    other = Choice(article=Article(id="other", title="The same", source="The Verge"))
    own = Choice(article=Article(id="own", title="Second thoughts", source=source))
    return Suggestion(
        choice=Choice(
            article=article, held=title == "Bea", reason="wait", since=(NOW - timedelta(days=12)).isoformat()
        ),
        also=(other, own) if title == "Bea" else (),
        score=Score(terms={"feed": 0.4, "new": 0.1}),
        section=section,
        repeats=(RAN,) if title == "Eve" else (),
    )


SITTING = Sitting(
    path=Path("issues/042.md"),
    list_name="weekly",
    suggestions=tuple(suggestion(number, *story) for number, story in enumerate(STORIES)),
    rooms=(Room(name="Platforms", count=2, cap=2), Room(name="Search")),
    now=NOW,
    deadline=NOW + timedelta(hours=51, minutes=20),
)


class Play:
    """A screen of 80 × 24, keys pressed on it, and what it shows."""

    def __init__(self, journal, write=None, size=(80, 24), sitting=SITTING):
        self.deliberation = Deliberation(sitting, journal)
        self.written = []
        self.app = TriageScreen(self.deliberation, write or self.write, lambda: NOW)
        self.size = size
        self.shown = []

    def write(self, verdicts):
        self.written.append(verdicts)
        return Outcome(decided=Decided())

    def press(self, *groups):
        """Press each group of keys; keep what is seen after each."""

        async def play():
            async with self.app.run_test(size=self.size) as pilot:
                await pilot.pause()
                for _ in range(500 if self.deliberation.kept else 0):
                    if "kept from before" in self.screen():
                        break
                    await pilot.pause(0.02)  # it is said after the first picture, which a busy machine delays
                self.shown.append(self.screen())
                for group in groups:
                    await pilot.press(*group.split())
                    await pilot.pause()
                    self.shown.append(self.screen())

        asyncio.run(play())
        return self

    def screen(self):
        lines = self.app.screen._compositor.render_strips() if self.app.is_running else []
        return "\n".join("".join(segment.text for segment in strip) for strip in lines)

    @property
    def verdicts(self):
        return [(v.id[:3], v.verb.value, v.section, v.reason, v.again) for v in self.deliberation.verdicts()]


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "triage" / "decisions.jsonl"


def test_one_key_decides_and_goes_on_to_the_next_story(journal):
    play = Play(journal).press("p", "2", "h", "m", "d n o enter")
    assert play.verdicts == [
        ("ada", "pick", "Platforms", "", ""),
        ("bea", "pick", "Search", "", ""),
        ("cyd", "hold", None, "", ""),
        ("dot", "drop", None, "no", ""),
    ]
    first, *_, last = play.shown
    assert "Triage of issue 042 for weekly" in first
    assert "ready by Thu 16:00: 2 days 3 hours left" in first
    assert "▸-  Platforms        [b]Ada[/b] writes\ufffd[31m" in first
    assert " -  Search           ~+2 [b]Bea" in first
    assert "5 stories: 2 picked, 1 held, 1 dropped, 1 undecided" in last
    assert "1 Platforms 3 of 2 too many · 2 Search 1" in last
    assert "it has no source that could be muted" in play.shown[4]
    assert "▸-  Platforms        ! [b]Eve" in last
    assert all(len(line) <= 80 for shown in play.shown for line in shown.split("\n"))


def test_a_muted_source_goes_for_all_of_its_stories(journal):
    play = Play(journal).press("m", "tab", "minus")
    assert re.search(r"m  its source .*Ada", play.shown[1])
    assert re.search(r"m   +\[b\]Cyd", play.shown[1])
    assert "2 muted, 3 undecided" in play.shown[1]
    assert "▸-  Search           ~+2 [b]Bea" in play.shown[2]
    assert play.verdicts == [("ada", "mute", None, "", "")]


def test_reasons_are_asked_for_and_may_be_taken_again(journal):
    play = Play(journal).press("H w a i t enter", "d enter", "tab t h i n enter", "D", "d up", "enter", "d escape", "D")
    assert "Why is it dropped?" in play.shown[2]
    assert "up: thin" in play.shown[5]
    assert play.verdicts == [
        ("ada", "hold", None, "wait", ""),
        *((name, "drop", None, "thin", "") for name in ("bea", "cyd", "dot", "eve")),
    ]


def test_what_a_sent_issue_had_is_picked_for_a_reason(journal):
    play = Play(journal).press("end p", "enter", "n e w enter", "home s", "s e a enter", "s N e w s enter", "9")
    assert "It ran in #37. Why once more?" in play.shown[1]
    assert "It ran in #37. Why once more?" in play.shown[2]
    assert "Section? Platforms, Search, or a new one" in play.shown[4]
    assert play.verdicts == [
        ("ada", "pick", "Search", "", ""),
        ("bea", "pick", "News", "", ""),
        ("eve", "pick", "Platforms", "", "new"),
    ]
    assert "3 News 1" in play.shown[6]
    assert "there is no section 9" in play.shown[7]


def test_a_pick_without_a_section_says_where_it_goes(journal):
    play = Play(journal).press("down down p")
    assert "p  (at the end)" in play.shown[1]
    assert play.verdicts == [("cyd", "pick", None, "", "")]


def test_decisions_are_undone_one_by_one_and_left_undecided(journal):
    play = Play(journal).press("p", "h", "up h", "home space", "u u u u", "u")
    assert "▸h  for later" not in play.shown[2]
    assert play.shown[4].count("undecided") == 1
    assert "5 stories: 5 undecided" in play.shown[5]
    assert "there is nothing to undo" in play.shown[6]
    assert play.verdicts == []


def test_everything_known_of_a_story_is_shown_beside_the_list(journal):
    play = Play(journal).press("down enter", "enter", "o", "x", "question_mark")
    for known in (
        "About Bea.",
        "also at The Verge: The same",
        "also: Second thoughts",
        "held 12 days: wait",
        "note: a note",
        "score .50 = feed .40",
    ):
        assert known in play.shown[1]
    assert "About Bea." not in play.shown[2]
    assert "https://example.com/bea" in play.shown[3]
    assert "https://example.com/bea" not in play.shown[4]
    assert all(line in play.shown[5] for line in HELP.split("\n"))
    assert play.verdicts == []


def test_a_decision_that_cannot_be_kept_is_none_and_is_told(journal):
    journal.parent.write_text("a file where the folder should be")
    play = Play(journal).press("p", "down")
    assert "what you decide cannot be kept" in play.shown[1]
    assert "5 undecided" in play.shown[1]
    assert "p pick" in play.shown[2]


def test_what_is_written_from_right_to_left_stays_in_its_column(journal):
    turned = replace(SITTING.suggestions[0].choice.article, title="مرحبا", source="الجريدة")
    stories = (replace(SITTING.suggestions[0], choice=Choice(article=turned)), SITTING.suggestions[1])
    deliberation = Deliberation(replace(SITTING, suggestions=stories), journal)
    line, other = (story_line(deliberation, at, 80, False) for at in (0, 1))
    assert (line.count("\u200e"), other.count("\u200e")) == (4, 0)
    assert cell_len(line) == cell_len(other)
    assert line.replace("\u200e", "").index("مرحبا") == other.index("~+2 [b]Bea")


def test_titles_and_sources_are_searched(journal):
    play = Play(journal).press("slash b l o g space a enter", "n", "slash z z enter", "slash up")
    assert "▸-                   [b]Cyd" in play.shown[1]
    assert "▸-  Platforms        [b]Ada" in play.shown[2]
    assert "no title or source has “zz”" in play.shown[3]
    assert "up: zz" in play.shown[4]


def test_q_writes_after_a_question(journal):
    play = Play(journal).press("p", "h", "q", "n", "q", "y")
    assert "Write 1 pick, 1 held?" in play.shown[3]
    assert "Platforms has 3 then, and its cap is 2" in play.shown[3]
    assert "Write 1 pick" not in play.shown[4]
    ((pick, hold),) = play.written
    assert (pick.verb, pick.line, hold.verb, hold.line) == (Verb.PICK, 1, Verb.HOLD, 2)
    assert play.app.return_value == Outcome(decided=Decided())
    assert not journal.exists()


def test_q_without_decisions_just_leaves(journal):
    assert Play(journal).press("q").written == []


def test_what_cannot_be_written_is_told_and_nothing_is_lost(journal):
    def refuse(verdicts):
        raise Refused([Fault(line=2, what="it was dropped meanwhile", todo="leave it undecided")])

    play = Play(journal, refuse).press("p", "p", "q", "y", "x")
    assert "writes\ufffd[31m: it was dropped meanwhile; leave it undecided" in play.shown[4]
    assert "▸p  Search" in play.shown[5]
    assert len(play.verdicts) == 2
    assert journal.exists()


@pytest.mark.parametrize(("key", "left", "written"), [("k", 1, 0), ("w y", 0, 1), ("t", 0, 0)])
def test_leaving_asks_what_is_to_become_of_the_decisions(journal, key, left, written):
    play = Play(journal).press("p", "ctrl+c", "escape", "ctrl+c", key)
    assert "You decided about 1 story, and nothing is written yet." in play.shown[2]
    assert "You decided" not in play.shown[3]
    assert (len(Deliberation(SITTING, journal).verdicts()), len(play.written)) == (left, written)


def test_ctrl_c_leaves_a_question_and_without_decisions_the_screen(journal):
    play = Play(journal).press("d", "ctrl+c", "ctrl+c")
    assert "Why is it dropped?" in play.shown[1]
    assert "Why is it dropped?" not in play.shown[2]
    assert play.app.return_value is None


def test_decisions_outlive_the_process_and_can_still_be_undone(journal):
    Play(journal).press("p", "h")
    with journal.open("ab") as file:
        file.write(b'{"id": "cydxx')  # killed while it wrote
    again = Play(journal).press("d n o enter", "u u")
    assert "2 decisions kept from before; u takes them back" in again.shown[0]
    assert "▸-                   [b]Cyd" in again.shown[0]
    assert again.verdicts == [("ada", "pick", "Platforms", "", "")]
    assert Deliberation(SITTING, journal).verdicts() == again.deliberation.verdicts()


def test_decisions_about_what_is_not_shown_any_more_are_written_too(journal):
    Play(journal).press("p", "h")
    fewer = Sitting(path=None, list_name="", suggestions=SITTING.suggestions[1:], rooms=(), now=NOW)
    play = Play(journal, sitting=fewer).press("q", "y")
    assert "1 picked, 1 held, 3 undecided, 1 of them from before, not shown" in play.shown[0]
    assert "no sections" not in play.shown[0]
    assert [verdict.id[:3] for verdict in play.written[0]] == ["bea", "ada"]


def test_the_screen_is_told_apart_without_colours(journal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    play = Play(journal, size=(120, 40)).press("p", "d n o enter")
    lines = play.shown[2].split("\n")
    assert [line[:4].rstrip() for line in lines[2:5]] == [" p", " d", "▸-"]
    assert all(len(line) <= 120 for line in lines)


def test_a_text_takes_as_many_cells_as_it_is_given():
    from rich.cells import cell_len

    for text in ("a", "ab cd ef gh ij", "数据平台の未来：大規模", "e\u0301te\u0301 🎉🎉🎉🎉🎉🎉"):
        assert cell_len(fitting(text, 10)) == 10


def test_without_the_extra_the_full_screen_says_what_to_install(tmp_path, monkeypatch):
    make_newsletter(tmp_path / "desk", name="Desk", author="Desk <desk@example.com>")
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setitem(sys.modules, "textual", None)
    done = CliRunner().invoke(root, ["triage", "--tui"])
    assert done.exit_code == 2
    assert "The full screen needs textual: pip install 'newsletterpress[tui]'." in done.output
    assert CliRunner().invoke(root, ["triage", "--print"]).exit_code == 0
