"""What readers chose of an issue's sections, as the database has it; and the newsletter.toml that lets them."""

from pathlib import Path

from sqlalchemy import select, update

from newsletter.app import open_newsletter
from newsletter.model.canonical import fold_address
from newsletter.model.variant import written_without
from newsletter.store.schema import subscriber, subscription


def make_optional(folder: Path, *names: str) -> None:
    """Let readers do without the sections *names*."""
    path = folder / "newsletter.toml"
    tables = "".join(f'\n[sections."{name}"]\noptional = true\n' for name in names)
    path.write_text(path.read_text(encoding="utf-8") + tables, encoding="utf-8")


def choose(folder: Path, address: str, *names: str, list_name: str = "weekly") -> None:
    """Have a reader do without the sections *names*."""
    newsletter = open_newsletter(folder)
    person = select(subscriber.c.number).where(subscriber.c.folded == fold_address(address)).scalar_subquery()
    theirs = (subscription.c.subscriber == person, subscription.c.list == list_name)
    with newsletter.database.writing() as connection:
        changed = connection.execute(update(subscription).where(*theirs).values(without=written_without(names)))
        assert changed.rowcount == 1
    newsletter.close()
