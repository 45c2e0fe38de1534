"""Tells an audience that somebody meant from one that went wrong: a list half lost, an import done twice."""

from newsletter.errors import SendError

TOLERATED = 0.2
"""How far an audience may be from what was usual, or agreed to, before somebody is asked."""


def differs(size: int, usual: int) -> bool:
    """Whether *size* is more than a fifth away from *usual*."""
    return abs(size - usual) > TOLERATED * usual


def require_expected(issue: int, going: int, size: int, *, usual: int | None, expected: int | None) -> None:
    """Refuse to send unasked to an audience that nobody expects.

    :param going: how many would get it now.
    :param size: of the whole mailing, with those who had it before.
    :param usual: the size of the list's last mailing; None if it had none.
    :param expected: the count that somebody gave; None if they gave none.
    :raises SendError: *expected* is another count, or there is none and the size is unusual.
    """
    if expected is not None:
        if expected != going:
            raise SendError(f"it would go to {going:,}, not to {expected:,}", f"newsletter send {issue} shows the plan")
    elif usual is not None and differs(size, usual):
        what = f"the audience is {size:,}, and that of the list's last mailing was {usual:,}: more than 20 % apart"
        raise SendError(what, f"if that is right, say so: --yes --expect {going}")
