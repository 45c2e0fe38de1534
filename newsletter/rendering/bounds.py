"""What a template may make in one step: text for a mail, not for the machine's whole memory."""

import re
from collections.abc import Callable
from typing import Any

MOST = 1_000_000
"""Characters, or items of a list; a mail that Gmail shows whole has a tenth of that."""
DIGITS = 4
"""Digits of a width in a format."""

_WIDTH = re.compile(rf"\d{{{DIGITS + 1},}}")


def bounded(operator: str, left: Any, right: Any) -> None:
    """Raise OverflowError where ``left operator right`` would be too large: ``"a" * 10**9``, ``9 ** (9 ** 9)``.

    :param operator: ``*``, ``**`` or ``%``.
    """
    if operator == "*":
        for one, times in ((left, right), (right, left)):
            if isinstance(one, str | bytes | list | tuple) and isinstance(times, int) and len(one) * times > MOST:
                raise OverflowError(f"this would be {len(one) * times:,} long; {MOST:,} is the most")
    elif operator == "**":
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() * right > MOST:
            raise OverflowError("this number is too large")
    elif isinstance(left, str) and _WIDTH.search(left):
        raise OverflowError("this format is too wide")


def bounded_format(made: Callable[..., str], text: str) -> Callable[..., str]:
    """Return *made*, the ``format`` method of *text*, refusing widths of more than :data:`DIGITS` digits."""

    def formatted(*args: Any, **kwargs: Any) -> str:
        numbers = (value for value in (*args, *kwargs.values()) if isinstance(value, int))
        # "{:{}}" takes its width from a value.
        nested = re.search(r"\{[^{}]*\{", text) and any(abs(number) >= 10**DIGITS for number in numbers)
        if nested or _WIDTH.search(text):
            raise OverflowError("this format is too wide")
        return made(*args, **kwargs)

    return formatted
