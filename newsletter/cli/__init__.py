"""The command line: one file a command group; errors become one line and an exit code here."""

import io
import os
import sys

import click

from newsletter.cli.root import root
from newsletter.errors import NewsletterError
from newsletter.model.printable import printable


def main() -> None:
    """Run the command line and leave with its exit code.

    0 done · 1 findings · 2 usage or configuration · 3 stopped, can be resumed · 4 some refused or deferred ·
    5 some in doubt.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a letter that it cannot show is no reason to end
    try:
        code = root.main(prog_name="newsletter", standalone_mode=False)
    except NewsletterError as error:
        click.echo(f"newsletter: {printable(str(error))}", err=True)
        code = error.exit_code
    except UnicodeEncodeError as error:
        said = " ".join(error.object[max(0, error.start - 20) : error.start].split())
        click.echo(f'newsletter: behind "{printable(said)}" is what is no Unicode text; write it as UTF-8', err=True)
        code = 2
    except click.ClickException as error:
        error.show()
        code = 2  # click's own 1, for an editor that cannot be run, is that of findings here
    except (KeyboardInterrupt, click.Abort):
        click.echo("newsletter: stopped", err=True)
        code = 3
    except BrokenPipeError:
        # Whoever read our output has gone; what is left of it goes nowhere, without a second complaint at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:  # a full disk below standard output, a folder that is gone
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"newsletter: {printable(place)}{error.strerror or error}", err=True)
        code = 2
    try:
        sys.stdout.flush()
    except OSError as error:
        click.echo(f"newsletter: the output cannot be written ({error.strerror})", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or 2
    sys.exit(code if isinstance(code, int) else 0)
