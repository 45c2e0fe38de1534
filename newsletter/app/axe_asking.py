"""Asks axe-core, in a Chromium, what of a mail keeps readers out."""

from dataclasses import replace
from pathlib import Path

from newsletter.browser.axe import axe_source, run_axe
from newsletter.browser.chromium import open_chromium
from newsletter.checks.rule import Subject


def ask_axe(folder: Path, subject: Subject) -> Subject:
    """Return *subject* with what axe-core finds in its mail, in light and in dark; as it is if it became no mail.

    :param folder: the newsletter's, in whose node_modules axe-core may be.
    :raises BrowserError: playwright, Chromium or axe-core is missing, or Chromium fails.
    """
    if subject.document is None:
        return subject
    source = axe_source(folder)
    with open_chromium() as chromium:
        return replace(subject, violations=tuple(run_axe(chromium, subject.document.traced.html, source)))
