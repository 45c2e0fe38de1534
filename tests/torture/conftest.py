"""A server that records, and a newsletter whose mailing is about to come to harm."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from ordeal import READERS, Ordeal, prepared, recording


@pytest.fixture
def new_ordeal(tmp_path: Path) -> Iterator[Callable[..., Ordeal]]:
    """Makes a newsletter with so many readers, and its server."""
    with ExitStack() as stack:

        def make(readers: int = READERS, *, small: bool = False) -> Ordeal:
            port = stack.enter_context(recording(tmp_path / "record.tsv"))
            return prepared(tmp_path, port, readers, small=small)

        yield make


@pytest.fixture
def ordeal(new_ordeal: Callable[..., Ordeal]) -> Ordeal:
    return new_ordeal()
