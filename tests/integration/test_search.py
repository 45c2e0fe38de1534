"""Searching what was collected, suggested and sent: with a file, with a server, and without either."""

import json
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.app import open_newsletter
from newsletter.app.sample import make_sample
from newsletter.app.searching import bring_up_to_date, search
from newsletter.composer.pool import Decision, Pool
from newsletter.errors import InputError
from newsletter.model.article import Article
from newsletter.store.candidates import CandidateStore
from newsletter.store.search_index import SearchIndex

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
RECEIPT = '[[mailing]]\nledger = "l"\nhost = "h"\nlist = "weekly"\nstarted = 2026-11-20T09:00:00Z\n'


@pytest.fixture
def newsletter(tmp_path, monkeypatch, url):
    """The sample with what can be in each state."""
    if url:
        monkeypatch.setenv("NEWSLETTER_DATABASE", url)
    make_sample(tmp_path / "desk")
    newsletter = open_newsletter(tmp_path / "desk")
    (tmp_path / "desk/issues/001.receipt.toml").write_text(RECEIPT)
    pool = Pool(newsletter.shown / "pool", "zoe", NOW - timedelta(days=3, hours=1))
    pool.add([
        Article(id="held", title="Zürich's kubernetes café", link="https://a.example/held", tags=("swiss",)),
        Article(id="dropped", title="Old news", summary="Kubernetes, once more", author="Ada Lovelace"),
        Article(id="new", title="Data platforms", note="the platform of data, for kubernetes; 大規模機械学習"),
    ])  # fmt: skip
    pool.decide("held", Decision.HELD, "wait")
    pool.decide("dropped", Decision.DROPPED, "too old")
    CandidateStore(newsletter.database, clock=lambda: NOW).take_in(
        [Article(id="cand", title="Kubernetes at night", link="https://b.example/c", feed="https://b.example/f")]
    )
    yield newsletter
    newsletter.close()


def found(newsletter, words, **options):
    return {one.id or one.title: one.state for one in search(newsletter, words, now=NOW, **options)}


def test_every_state_is_found_and_said(newsletter):
    states = found(newsletter, "kubernetes", limit=100)
    assert {id: states[id] for id in ("held", "dropped", "new", "cand")} == {
        "held": "held 3 days", "dropped": "dropped: too old", "new": "new", "cand": "candidate",
    }  # fmt: skip
    assert sum(state == "sent 1" for state in states.values()) >= 3
    assert states["Moka, PinConsole, and a one-in-a-million failure"] == "sent 1"  # the editor's own prose
    for state in ("held", "dropped", "new", "candidate"):
        assert len(found(newsletter, "kubernetes", state=state)) == 1
    assert set(found(newsletter, "kubernetes", state="sent", limit=2).values()) == {"sent 1"}
    assert found(newsletter, "ZURICH cafe") == found(newsletter, "zürich") == found(newsletter, "swiss")
    assert found(newsletter, "a.example") == {"held": "held 3 days"}
    assert found(newsletter, "機械学習") == {"new": "new"}
    assert found(newsletter, "械機") == {}
    assert found(newsletter, "lovelace kubernetes") == {"dropped": "dropped: too old"}
    assert found(newsletter, '"data platform"', state="new") == {}
    assert found(newsletter, '"data platform*"', state="new") == found(newsletter, "data platform", state="new")
    assert "held" not in found(newsletter, "kubernetes -swiss", limit=100)
    first = search(newsletter, "kubernetes", now=NOW)[0]
    assert first.id in ("held", "cand"), "what has it in the title comes first"


def test_only_what_changed_is_made_anew(newsletter):
    counted = []
    with_count = {"counted": lambda done, total: counted.append((done, total)), "now": NOW}
    search(newsletter, "moka", **with_count)
    assert counted == [(11, 11)]
    search(newsletter, "moka", **with_count)
    assert counted == [(11, 11)]
    newsletter.pool().edit("new", {"title": "Something else"})
    assert [one.id for one in search(newsletter, '"something else"', **with_count)] == ["new"]
    assert counted == [(11, 11), (1, 1)]
    path = newsletter.shown / "issues/001.md"
    path.write_text(path.read_text().replace("PinConsole", "PinDesk"))
    assert "sent 1" in found(newsletter, "pindesk").values()
    candidates = CandidateStore(newsletter.database)
    changed = Article(id="cand", title="Kubernetes by day", link="https://b.example/c", feed="https://b.example/f")
    candidates.take_in([changed])
    assert found(newsletter, '"by day"') == {"cand": "candidate"}
    candidates.leave(["cand"])
    assert found(newsletter, '"by day"') == {}
    for pool in (newsletter.shown / "pool").iterdir():
        pool.unlink()
    assert set(found(newsletter, "kubernetes", limit=100).values()) == {"sent 1"}, "issues are there without a pool"
    assert len(counted) == 2


def test_a_clone_without_a_database_finds_the_same(newsletter, tmp_path, monkeypatch):
    everything = found(newsletter, "kubernetes", limit=100)
    shutil.copytree(newsletter.shown, tmp_path / "clone")
    monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("NEWSLETTER_DATABASE", raising=False)
    clone = open_newsletter(tmp_path / "clone")
    assert not clone.has_database()
    assert found(clone, "kubernetes", limit=100) == {id: state for id, state in everything.items() if id != "cand"}


def test_whatever_is_typed_finds_something_or_nothing(newsletter):
    index = SearchIndex(newsletter.database)
    bring_up_to_date(newsletter, index)

    odd = st.sampled_from(["moka", "data", '"', "-", "*", "NEAR(", "'", "&", "!", "<->", ":*", "\\"])

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(odd | st.text(max_size=8), max_size=8).map("".join))
    def type_it(typed):
        with suppress(InputError):  # it asks for nothing
            search(newsletter, typed, now=NOW)

    type_it()


def test_both_databases_find_the_same(postgresql, tmp_path, monkeypatch):
    words = ["kubernetes", "data platf*", '"search infrastructure"', "pinterest -moka", "ray", "the", "ann online"]
    seen = []
    made = postgresql.fresh()
    for name, url in (("file", ""), ("server", made)):
        monkeypatch.setenv("NEWSLETTER_HOME", str(tmp_path / f"home-{name}"))
        monkeypatch.setenv("NEWSLETTER_DATABASE", url)
        make_sample(tmp_path / name)
        newsletter = open_newsletter(tmp_path / name)
        seen.append([sorted(found(newsletter, one, limit=100).items()) for one in words])
        newsletter.close()
    postgresql.drop(made)
    assert seen[0] == seen[1]
    assert all(seen[0])


def test_the_command_marks_words_and_takes_refusals(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from newsletter.cli.root import root

    make_sample(tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    run = CliRunner().invoke
    said = run(root, ["search", "moka", "-spark", "--limit", "1"])
    assert said.exit_code == 0, said.output
    assert "Moka, PinConsole" in said.output
    values = json.loads(run(root, ["search", '"iceberg joins"', "--json"]).output)
    assert [one["state"] for one in values] == []
    values = json.loads(run(root, ["search", "iceberg", "joins", "--json"]).output)
    assert values[0]["state"] == "picked 1"
    assert "**Iceberg**" in values[0]["snippet"]
    assert "nothing found" in run(root, ["search", "nowhere"]).output
