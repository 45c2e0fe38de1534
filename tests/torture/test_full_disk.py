"""A disk that fills up, or fails, while a mailing begins or goes out: it stops in words, and goes on later."""

from pathlib import Path

import pytest
from ordeal import CONNECTIONS, KILLS, RESUME, End, Ordeal
from syscalls import strace

from newsletter.model.delivery import State

READERS = 600
TIMES = KILLS // 7


@pytest.mark.parametrize(
    "call, error, most",
    [
        pytest.param("pwrite64", "ENOSPC", 300, id="full"),
        pytest.param("fdatasync", "EIO", 40, id="failing"),
    ],
)
def test_a_mailing_whose_disk_fails_stops_in_words_and_goes_on_later(new_ordeal, call, error, most):
    """Every *call* from some point on fails; *most* of them are made before the mailing would have ended."""
    ordeal = new_ordeal(READERS, small=True)
    end = failing(ordeal, call, error, ordeal.chance.randint(1, most // 5), *ordeal.start)
    assert end.code in (2, 3)
    if not ordeal.look().planned:
        assert ordeal.run(*ordeal.start, "--first", "1").code == 3
    for _ in range(TIMES):
        before = ordeal.look()
        end = failing(ordeal, call, error, ordeal.chance.randint(1, most), *RESUME)
        balance = ordeal.look()
        print(f"{error}, {end.code}: {balance}")
        assert balance[State.SENDING] <= CONNECTIONS
        assert balance[State.IN_DOUBT] <= before[State.IN_DOUBT] + before[State.SENDING] + CONNECTIONS
        if end.code in (0, 5):
            break
        assert end.code in (2, 3), end
    ordeal.done(*RESUME)
    ordeal.settle()


def failing(ordeal: Ordeal, call: str, error: str, nth: int, *words: str) -> End:
    """Run a command whose *call* fails with *error* from the *nth* on, and see that it says so if it was met."""
    fault = f"inject={call}:error={error}:when={nth}+"
    end = ordeal.run(*words, prefix=strace(Path("/dev/null"), "-e", fault, calls=call))
    assert end.code in (0, 5) or "the disk " in end.words, end
    assert end.code != 3 or "newsletter resume 1 goes on" in end.words, end
    return end
