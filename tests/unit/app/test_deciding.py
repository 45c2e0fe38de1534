"""Verdicts carried out: pool, issue and candidates, all of it or nothing."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from datetime import UTC, datetime

import pytest

from newsletter.app import open_newsletter
from newsletter.app.deciding import Refused, decide
from newsletter.app.issue_lock import issues_locked
from newsletter.app.kept_triage import Opened
from newsletter.app.sample import make_sample
from newsletter.app.triaging import carry_out
from newsletter.composer.markdown import plain_text
from newsletter.composer.mutes import MuteKind
from newsletter.composer.pool import Decision
from newsletter.composer.receipt import Receipt, receipt_path, write_receipts
from newsletter.composer.verdict import Verb, Verdict
from newsletter.errors import PoolError
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore

IDS = {letter: letter * 13 for letter in "abcdefg"}


@pytest.fixture
def newsletter(tmp_path):
    make_sample(tmp_path / "desk")
    opened = open_newsletter(tmp_path / "desk")
    articles = [Article(id=id, title=f"T{x}", link=f"https://example.com/{x}", source=f"S{x}") for x, id in IDS.items()]
    opened.pool().add(articles[:3])
    CandidateStore(opened.database).take_in(articles[3:])
    yield opened
    opened.close()


@pytest.fixture
def path(newsletter):
    return newsletter.issues.newest_unsent()


def waiting(newsletter):
    return "".join(candidate.article.id[0] for candidate in CandidateStore(newsletter.database).waiting())


def pick(letter, section=None, **more):
    return Verdict(id=IDS[letter], verb=Verb.PICK, section=section, **more)


def drop(letter, reason="thin", **more):
    return Verdict(id=IDS[letter], verb=Verb.DROP, reason=reason, **more)


def hold(letter, reason="", **more):
    return Verdict(id=IDS[letter], verb=Verb.HOLD, reason=reason, **more)


def sections(newsletter, path):
    read = newsletter.issues.read(path).sections
    return [
        (plain_text(one.name.markdown) if one.name else "", [plain_text(a.title.markdown) for a in one.articles])
        for one in read
    ]


def everything(newsletter, path):
    files = {file.name: file.read_bytes() for file in (newsletter.shown / "pool").iterdir()}
    return path.read_bytes(), files, waiting(newsletter)


def test_picks_stand_in_their_sections_in_the_order_of_the_list(newsletter, path):
    before = sections(newsletter, path)
    verdicts = [pick("d", "New"), pick("b", before[0][0]), pick("a", "New"), pick("e", before[0][0])]
    decided = decide(newsletter, verdicts, path)
    after = sections(newsletter, path)
    assert after[0] == (before[0][0], [*before[0][1], "Tb", "Te"])
    assert after[-1] == ("New", ["Td", "Ta"])
    assert [article.id[0] for article in decided.picked] == ["d", "b", "a", "e"]
    assert waiting(newsletter) == "fg"
    assert IDS["d"] in newsletter.pool().entries


def test_held_and_dropped_are_remembered_with_their_reasons_and_leave_the_candidates(newsletter, path):
    before = path.read_bytes()
    decided = decide(newsletter, [hold("a", "wait"), drop("d"), hold("e")], path)
    entries = newsletter.pool().entries
    assert [(entries[IDS[x]].decision, entries[IDS[x]].reason) for x in "ade"] == [
        (Decision.HELD, "wait"),
        (Decision.DROPPED, "thin"),
        (Decision.HELD, ""),
    ]
    assert (waiting(newsletter), path.read_bytes(), decided.path) == ("fg", before, None)


def test_a_muted_source_is_muted_and_its_article_stays_undecided(newsletter, path):
    decided = decide(newsletter, [Verdict(id=IDS["d"], verb=Verb.MUTE, reason="adverts")], path)
    assert decided.muted == ("Sd",)
    assert newsletter.pool().mutes.find(MuteKind.SOURCE, "sd").reason == "adverts"
    assert waiting(newsletter) == "defg"
    assert IDS["d"] not in newsletter.pool().entries


def test_the_same_verdicts_once_more_change_nothing(newsletter, path):
    verdicts = [pick("d", "New"), hold("a", "wait"), drop("e"), Verdict(id=IDS["f"], verb=Verb.MUTE)]
    decide(newsletter, verdicts, path)
    before = everything(newsletter, path)
    again = decide(newsletter, verdicts, path)
    assert everything(newsletter, path) == before
    assert {article.id[0] for article in again.already} == set("dae")
    assert (again.picked, again.held, again.dropped) == ((), (), ())


def test_one_verdict_that_cannot_be_keeps_all_of_them_from_being_carried_out(newsletter, path):
    in_issue = newsletter.issues.read(path).articles[0].id
    newsletter.pool().decide(IDS["b"], Decision.DROPPED, "old news")
    before = everything(newsletter, path)
    verdicts = [
        pick("d", "New", line=1),
        pick("b", line=2),
        hold("b", line=3),
        Verdict(id=in_issue, verb=Verb.DROP, reason="no", line=4),
        Verdict(id="zzzzzzzzzzzzz", verb=Verb.HOLD, line=5),
        drop("d", line=6),
    ]
    with pytest.raises(Refused) as refused:
        decide(newsletter, verdicts, path)
    assert [(fault.line, fault.what) for fault in refused.value.faults] == [
        (2, "bbbbbbbbbbbbb (Tb) was dropped: old news"),
        (3, "bbbbbbbbbbbbb is the article of line 2"),
        (4, f"{in_issue} is in issue 1 already"),
        (5, 'no article of the pool has the id "zzzzzzzzzzzzz"'),
        (6, "ddddddddddddd is the article of line 1"),
    ]
    assert all(fault.todo for fault in refused.value.faults)
    assert everything(newsletter, path) == before


def test_what_a_sent_issue_had_is_picked_for_a_reason_alone(newsletter, path):
    decide(newsletter, [pick("a", "New")], path)
    receipt = Receipt(ledger="l", host="h", list="weekly", started=datetime(2026, 11, 20, 9, tzinfo=UTC))
    write_receipts(receipt_path(path, "001"), [receipt])
    with pytest.raises(PoolError, match="this issue was sent"):
        decide(newsletter, [pick("b")], path)
    with pytest.raises(Refused, match="ran in issue 1"):
        decide(newsletter, [pick("a"), pick("b")], None)
    decided = decide(newsletter, [pick("a", again="it was corrected"), pick("b")], None)
    assert decided.created
    assert newsletter.issues.read(decided.path).provenance[IDS["a"]].again == "it was corrected"


def test_the_other_candidates_of_a_story_leave_with_it_unless_it_is_held(newsletter, path):
    others = {IDS["a"]: (IDS["d"], IDS["b"]), IDS["c"]: (IDS["e"],), IDS["g"]: (IDS["f"],)}
    decide(newsletter, [pick("a"), hold("c"), drop("g")], path, others=others)
    assert waiting(newsletter) == "e"
    entries = newsletter.pool().entries
    assert IDS["d"] not in entries
    assert entries[IDS["b"]].decision is Decision.NEW


def test_new_sections_are_made_in_the_order_of_the_settings(newsletter):
    file = newsletter.settings.folder / "newsletter.toml"
    file.write_text(file.read_text() + '\n[sections."One"]\ncap = 3\n[sections."Two"]\noptional = true\n')
    opened = open_newsletter(newsletter.settings.folder)
    path = opened.issues.create({"subject": "x"})
    decide(opened, [pick("c", "Three"), pick("b", "Two"), pick("a", "One"), pick("d", "one")], path)
    opened.close()
    assert sections(opened, path) == [("One", ["Ta", "Td"]), ("Two", ["Tb"]), ("Three", ["Tc"])]


def test_whoever_decides_at_the_same_time_waits_and_finds_what_the_other_one_wrote(newsletter, path):
    def decided(letter):
        with closing(open_newsletter(newsletter.shown)) as own:
            return carry_out(own, f"p {IDS[letter]}\n", Opened(), reference=None, list_name="").decided.path

    path.unlink()
    with ThreadPoolExecutor(len(IDS)) as threads:
        with issues_locked(newsletter):
            asked = [threads.submit(decided, letter) for letter in IDS]
            assert not wait(asked, timeout=0.5, return_when=FIRST_COMPLETED).done
        assert len({one.result() for one in asked}) == 1, "the first one makes the issue"
    (issue,) = newsletter.issues.paths().values()
    assert sorted(title for _, titles in sections(newsletter, issue) for title in titles) == [f"T{x}" for x in IDS]
