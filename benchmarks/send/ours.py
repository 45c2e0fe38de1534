"""Our side, in a process of its own: ``prepare`` makes readers and a mail of a size, ``send`` runs one mailing."""

import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.send import engine
from benchmarks.send.mail import rendered_sample, sample_newsletter, sized
from benchmarks.send.mailmerge_files import write_for_mailmerge
from benchmarks.send.process import do_job
from benchmarks.send.readers import FIRST, seed
from newsletter.model.mail import RenderedIssue
from newsletter.store.database import create, open_database

FROZEN, MAIL = "frozen", "mail.eml"


def prepare(folder: str, readers: int, octets: int) -> dict[str, Any]:
    """Make a database with *readers*, the frozen mail of *octets*, and one message of it.

    :param octets: on the wire, of each message; 0 is the sample issue as it is.
    """
    place = Path(folder)
    with tempfile.TemporaryDirectory(dir=place.parent) as desk, create(place) as database:
        os.environ["NEWSLETTER_HOME"] = str(Path(desk, "home"))
        newsletter = sample_newsletter(Path(desk, "desk"))
        options = newsletter.settings.sender

        def size(rendered: RenderedIssue) -> int:
            addressing = engine.addressing_of(engine.template_of(rendered, options), database)
            return len(engine.message(addressing, FIRST).data)

        rendered = rendered_sample(newsletter)
        if octets:
            rendered = sized(rendered, octets, size)
        template = engine.template_of(rendered, options)
        addressing = engine.addressing_of(template, database)
        assert len({len(engine.message(addressing, FIRST + step).data) for step in range(0, readers, 97)}) == 1
        Path(place, FROZEN).write_bytes(template.dump())
        # smtp-source ends each line of a file with CRLF itself.
        Path(place, MAIL).write_bytes(engine.message(addressing, FIRST).data.replace(b"\r\n", b"\n"))
        took = seed(database, readers)
        newsletter.close()
    return {"octets": size(rendered), "seeded": took}


def send(folder: str, issue: int, port: int, connections: int, signing: list[str]) -> dict[str, Any]:
    """Run one mailing to all readers of *folder*."""
    with open_database(Path(folder)) as database:
        frozen = Path(folder, FROZEN).read_bytes()
        profile = engine.profile_of(port, connections)
        return engine.send(database, frozen, issue, profile, engine.keys(signing, Path(folder))).values()


def for_mailmerge(folder: str, port: int, readers: int) -> dict[str, Any]:
    """Write the mail, the readers and the server of *folder* as mailmerge reads them."""
    place = Path(folder)
    with open_database(place) as database:
        addressing = engine.addressing_of(engine.thawed(Path(place, FROZEN).read_bytes()), database)
        write_for_mailmerge(place, addressing, port, readers)
    return {}


if __name__ == "__main__":
    do_job(prepare=prepare, send=send, for_mailmerge=for_mailmerge)
