"""A mailing that is killed while it begins: it has everybody or nobody, and a receipt in the end.

Each call that writes to the disk, from the start of the command to the first message, is a moment to be killed at.
"""

import random
from collections import Counter
from pathlib import Path

from dialogue import moments
from ordeal import KILLS, RESUME, SEED, Ordeal, copied
from syscalls import Call, read_calls, strace

from newsletter.model.delivery import State

READERS = 200
POINTS = KILLS // 7
DISK_CALLS = frozenset({"pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "unlink"})


def test_a_mailing_killed_while_it_begins_has_everybody_or_nobody(new_ordeal, tmp_path):
    ordeal = new_ordeal(READERS, small=True)
    points = disk_calls_before_the_first_message(ordeal, tmp_path)
    receipt = next(number for number, (_, call) in enumerate(points) if Path(call.to).name == ordeal.receipt.name)
    chance = random.Random(SEED)
    chosen = {receipt, *chance.sample(range(len(points)), min(POINTS, len(points)))}
    planned = Counter(killed_at(*points[number], number - receipt, ordeal, tmp_path) for number in sorted(chosen))
    print(f"{len(chosen)} of {len(points)} moments, and how many were planned then: {dict(planned)}")
    assert set(planned) <= {0, READERS}


def disk_calls_before_the_first_message(ordeal: Ordeal, tmp_path: Path) -> list[tuple[int, Call]]:
    """Return each with its number among those of its name."""
    with copied(ordeal, tmp_path / "whole") as one:
        assert one.run(*one.start, "--first", "1", prefix=strace(tmp_path / "trace")).code == 3
    calls = read_calls(tmp_path / "trace")
    first = next(moment.call for moment in moments(calls))
    counts: Counter[str] = Counter()
    points = []
    for call in calls[:first]:
        if call.name in DISK_CALLS:
            counts[call.name] += 1
            points.append((counts[call.name], call))
    return points


def killed_at(nth: int, call: Call, behind_receipt: int, ordeal: Ordeal, tmp_path: Path) -> int:
    """Kill the start of a mailing there, see how it stands, and have it go on; return how many were planned.

    :param behind_receipt: how many calls behind that which gives the receipt its name; negative before it.
    """
    kill = f"inject={call.name}:signal=SIGKILL:when={nth}"
    with copied(ordeal, tmp_path / f"{call.name}-{nth}") as one:
        end = one.run(*one.start, prefix=strace(Path("/dev/null"), "-e", kill, calls=call.name))
        assert end.code == -9, (kill, end)
        balance = one.look()
        assert balance[State.QUEUED] == balance.planned
        assert one.receipt.exists() is (behind_receipt > 0)
        assert balance.planned or behind_receipt < 0, "the ledger comes before the receipt"
        one.done(*(RESUME if balance.planned else one.start))
        assert one.receipt.exists()
        assert one.look().counts == {State.ACCEPTED: READERS}
        assert set(one.served.values()) == {1}
    return balance.planned
