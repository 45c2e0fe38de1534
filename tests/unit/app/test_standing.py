"""How a mailing stands: its pace, its exit code, the command that goes on."""

from datetime import timedelta

import pytest

from newsletter.app.standing import Halt, Pace, Standing
from newsletter.model.delivery import Balance, State


def standing(halt: Halt | None = None, **counts: int) -> Standing:
    return Standing(issue=42, balance=Balance(counts={State(name): n for name, n in counts.items()}), halt=halt)


def test_the_pace_is_of_the_whole_mailing():
    pace = Pace(handed=600, over=timedelta(minutes=3))
    assert pace.per_minute == 200
    assert pace.left(100) == timedelta(seconds=30)
    assert pace.left(0) is None
    assert Pace().left(100) is None
    assert Pace(handed=50, over=timedelta(0)).per_minute == 3000


@pytest.mark.parametrize(
    "stands, code, command",
    [
        (standing(accepted=3), 0, ""),
        (standing(accepted=2, excluded=1), 0, ""),
        (standing(accepted=2, deferred=1), 4, "newsletter resume 42"),
        (standing(accepted=2, refused=1), 4, "newsletter resume 42 --refused"),
        (standing(Halt.FIRST, accepted=2, queued=1), 3, "newsletter resume 42"),
        (standing(Halt.ASKED, accepted=2, deferred=1), 3, "newsletter resume 42"),
        (standing(accepted=2, in_doubt=1), 5, "newsletter settle 42 --accepted"),
        (standing(Halt.INTERRUPTED, queued=2, in_doubt=1), 5, "newsletter resume 42"),
    ],
)
def test_each_standing_has_its_exit_code_and_the_command_that_goes_on(stands, code, command):
    assert (stands.exit_code, stands.command) == (code, command)
