"""How pages stand, in both databases."""

from datetime import UTC, datetime

from newsletter.model.page_state import PageState
from newsletter.store.database import create
from newsletter.store.pages import PageStore

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_what_is_kept_of_a_page_is_what_comes_back_and_the_last_word_counts(tmp_path, url):
    waiting = PageState(id="a", link="https://a.example/", attempts=2, next_at=NOW, words="its site says 503")
    read = PageState(id="b", link="https://b.example/", read_at=NOW)
    with create(tmp_path / "data", url) as database:
        store = PageStore(database)
        store.keep([PageState(id="a", link="https://a.example/"), read])
        store.keep([waiting])
        assert store.states() == {"a": waiting, "b": read}
