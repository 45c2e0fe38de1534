"""A mailing as mailmerge reads it: a mail with Jinja's places in it, readers in a table, a server."""

import csv
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from benchmarks.send import engine
from benchmarks.send.readers import FIRST, reader
from newsletter.sender.addressing import Addressing

HEADERS = ("Subject", "From")
COLUMNS = ("email", "name", "unsubscribe")


def write_for_mailmerge(folder: Path, addressing: Addressing, port: int, readers: int) -> None:
    """Write what mailmerge looks for in *folder*: its template with both parts, its database, its server."""
    template = folder / "mailmerge_template.txt"
    template.write_text(_template(addressing), encoding="utf-8")
    with (folder / "mailmerge_database.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for number in range(FIRST, FIRST + readers):
            table.writerow(_row(addressing, number))
    server = f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\nratelimit = 0\n"
    (folder / "mailmerge_server.conf").write_text(server, encoding="utf-8")


def _row(addressing: Addressing, number: int) -> tuple[str, str, str]:
    person = reader(number).address
    return person.address, person.name, engine.unsubscribe_link(addressing, number)


def _template(addressing: Addressing) -> str:
    """Return the mail to the first reader, decoded, with places where it says who they are."""
    mail = message_from_bytes(engine.message(addressing, FIRST).data, policy=default)
    text, markup = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert not any(mark in text + markup for mark in ("{{", "{%", "{#"))
    _, name, unsubscribe = _row(addressing, FIRST)
    head = "".join(f"{header}: {mail[header]}\n" for header in HEADERS)
    whole = (
        f"To: {{{{email}}}}\n{head}MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=bench\n\n"
        f"--bench\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--bench\nContent-Type: text/html; charset=utf-8\n\n{markup}\n--bench--\n"
    )
    return whole.replace(unsubscribe, "{{unsubscribe}}").replace(name, "{{name}}")
