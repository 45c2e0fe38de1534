import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import InputError
from newsletter.model.search_query import Query, Term, words_of


def test_a_query_has_words_phrases_refusals_and_beginnings():
    assert Query.parse('Moka "Data  platform" -hadoop migrat* -"old news" end-to-end').terms == (
        Term(words=("moka",)),
        Term(words=("data", "platform")),
        Term(words=("hadoop",), refused=True),
        Term(words=("migrat",), prefix=True),
        Term(words=("old", "news"), refused=True),
        Term(words=("end", "to", "end")),
    )


@pytest.mark.parametrize(
    "typed, terms",
    [
        ('"not closed', [("not", "closed")]),
        ("a AND b OR NOT c", [("a",), ("and",), ("b",), ("or",), ("not",), ("c",)]),
        ("title:moka ^x {y}", [("title", "moka"), ("x",), ("y",)]),
        ("Zürich ZURICH", [("zurich",)]),
        ("don't", [("don", "t")]),
        ("機械学習", [("機", "械", "学", "習")]),
    ],
)
def test_whatever_is_typed_is_words(typed, terms):
    assert [term.words for term in Query.parse(typed).terms] == terms


@pytest.mark.parametrize("typed", ["", "  ", '"', "-", "--", "*", "-moka", '"))((', "🎉"])
def test_a_query_that_asks_for_nothing_is_refused(typed):
    with pytest.raises(InputError, match="there is no word to search for"):
        Query.parse(typed)


@given(st.text(max_size=60), st.text(max_size=400))
def test_a_snippet_is_a_stretch_of_the_text_with_marks(typed, text):
    try:
        query = Query.parse(typed)
    except InputError:
        return
    snippet = query.snippet(text, width=80)
    assert len(snippet.replace("**", "")) <= 82
    bare = snippet.replace("**", "").strip("…")
    assert words_of(bare)[1:-1] == [] or " ".join(words_of(bare)[1:-1]) in " ".join(words_of(text))


def test_the_words_of_a_query_are_marked_where_most_of_them_stand():
    query = Query.parse("moka migr*")
    text = (
        "Long before. " * 30 + "Moka is where the migration of Élan's jobs ends, and migrants of moka rest." + " z" * 90
    )
    snippet = query.snippet(text)
    assert snippet.startswith("…")
    assert "**Moka** is where the **migration** of Élan's jobs ends, and **migrants** of **moka** rest." in snippet
