"""Opens a file at its line, in the editor that newsletter.local.toml names."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

from newsletter.errors import SettingsError
from newsletter.model.traced import Place
from newsletter.settings import LOCAL_FILE

PATIENCE = 1.0
"""Seconds in which a command that fails has failed; one that runs on is an editor."""
HOW = 'write under [preview], for example, editor = ["code", "--goto", "{file}:{line}:{column}"]'


def open_in_editor(command: Sequence[str], shown: Path, place: Place) -> None:
    """Run *command* with the place in it, and let it run.

    :param shown: the newsletter's folder, as a person would name it; the command runs in it.
    :raises SettingsError: there is no command, or it cannot be run, or fails at once.
    """
    where = shown / LOCAL_FILE
    if not command:
        raise SettingsError("no editor is configured", HOW, where=where)
    words = command_for(command, place)
    try:
        # The words are a list and never a shell's; newsletter.local.toml is the user's own and not in git.
        running = subprocess.Popen(  # noqa: S603
            words, cwd=shown, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as cause:
        what = f"the editor {words[0]} cannot be run: {cause.strerror}"
        raise SettingsError(what, "give the path of one that is there", where=where) from cause
    waiting = Thread(target=running.wait, daemon=True)  # until it ends, so that none is left a zombie
    waiting.start()
    waiting.join(PATIENCE)
    if running.returncode:
        raise SettingsError(
            f"the editor {words[0]} ended with {running.returncode}", "try its command by hand", where=where
        )


def command_for(command: Sequence[str], place: Place) -> list[str]:
    """Return the words of *command* with file, line and column in them."""
    line, column, file = str(place.line), str(place.column or 1), str(place.path.resolve())
    # The file last, because its name may have braces in it.
    return [word.replace("{line}", line).replace("{column}", column).replace("{file}", file) for word in command]
