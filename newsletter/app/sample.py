"""The sample newsletter: an engineering digest with eight articles and three readers, and one mistake to find."""

import datetime
import re
from pathlib import Path

from newsletter.app.adding import Noted
from newsletter.app.collecting import collect, read
from newsletter.app.moving_in import Terms, import_readers
from newsletter.app.newsletter import Newsletter, open_newsletter
from newsletter.app.picking import create_issue, pick
from newsletter.app.scaffold import Made, make_newsletter
from newsletter.composer.picking import Rules
from newsletter.files import write_whole
from newsletter.model.subscriber import Consent
from newsletter.rendering.themes import builtin_templates

SECTIONS = {"Data platforms": (4, 1, 8), "Search, ads and recommendations": (3, 6, 7), "Developer experience": (2, 5)}
"""The digest's articles, by their position in it."""

SUBJECT = "Moka, PinConsole, and a one-in-a-million failure"
PREHEADER = "Eight write-ups from one engineering team, about an hour in all"
INTRO = """\
Eight write-ups from one team this week: how Pinterest moved its data platform to Kubernetes, and what broke on the way.
If you read only one, read about the failure that hit *one request in a million*.
"""


def make_sample(folder: Path) -> tuple[Made, Path]:
    """Make the sample newsletter in *folder*; return it and its issue file."""
    made = make_newsletter(
        folder,
        name="Engineering Digest",
        author="Engineering Digest <digest@example.com>",
        tagline="What other teams learned the hard way",
        address="Engineering Digest, 1 Example Street, 12345 Example Town",
    )
    newsletter = open_newsletter(folder)
    path = _compose(newsletter)
    readers = _sample("readers.csv")
    terms = Terms(lists=("weekly",), consent=Consent.CONFIRMED, basis="they are made up")
    with readers.open("rb") as file:
        import_readers(newsletter, file, readers.name, terms)
    newsletter.close()
    return made, path


def _sample(name: str) -> Path:
    return builtin_templates() / "sample" / name


def _compose(newsletter: Newsletter) -> Path:
    digest = _sample("digest.txt")
    reading = read(digest.name, digest.read_bytes(), _sample("links.tsv"))
    collection = collect(newsletter, newsletter.pool(), reading, Noted(source="Pinterest Engineering"))
    path = create_issue(newsletter, {"subject": SUBJECT, "preheader": PREHEADER, "date": datetime.date.today()})
    for section, positions in SECTIONS.items():
        ids = [collection.rows[position - 1].article.id for position in positions]
        pick(newsletter, ids, Rules(), path=path, section=section, again="")
    _plant(path)
    return path


def _plant(path: Path) -> None:
    """Write the intro, and take the link of one article away: something for ``check`` to find."""
    text = path.read_text(encoding="utf-8")
    head, mark, body = text.partition("\n## ")
    body = re.sub(r"^### \[(Developer Experience[^\]]*)\]\([^)]*\)", r"### \1", body, count=1, flags=re.M)
    write_whole(path, f"{head}\n{INTRO}{mark}{body}".encode())
