"""Notes that an editor makes of an article, beside those that they have made before."""

from newsletter.composer.pool import Entry, Pool


def note(pool: Pool, entry: Entry, *, note: str, tags: tuple[str, ...]) -> bool:
    """Add an editor's note and tags to what *entry* has of them; say whether that changed anything."""
    known = entry.article
    notes = [known.note, note] if note and note not in known.note else [known.note]
    facts = {"note": "; ".join(filter(None, notes)), "tags": list(dict.fromkeys([*known.tags, *tags]))}
    changed = {name: value for name, value in facts.items() if value != known.facts().get(name, type(value)())}
    if changed:
        pool.edit(known.id, changed)
    return bool(changed)
