"""The databases that the tests of the store run on: a file, and a server of their own."""

from collections.abc import Callable, Iterator

import pytest
from postgresql_server import Server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def new_url(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """What gives the address of a new database each time: an empty one for a file, as in the settings."""
    if request.param == "sqlite":
        yield str
        return
    server: Server = request.getfixturevalue("postgresql")
    made: list[str] = []

    def fresh() -> str:
        made.append(server.fresh())
        return made[-1]

    yield fresh
    for url in made:
        server.drop(url)


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The address of a new database; empty for a file."""
    return new_url()


@pytest.fixture
def examples(url: str) -> int:
    """How many examples a test of many moves tries: a server takes its time for each."""
    return 8 if url else 20
