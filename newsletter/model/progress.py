"""How far something is that takes long."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Is called with how much is done, and of how much; 0 of it where nobody knows."""
