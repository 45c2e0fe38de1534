"""Finds Chromium, and starts it without whatever it would ask the network for by itself."""

import os
import shutil

from newsletter.browser.chromium import NAMES, QUIET


def find_chromium() -> str | None:
    """Return the path of Chromium: that of $CHROMIUM, or the first one of the usual names."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def arguments() -> list[str]:
    """Return how it is started; its sandbox does not work for root."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [*root, *QUIET]
