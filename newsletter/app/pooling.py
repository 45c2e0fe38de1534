"""An article of the pool as a form for the editor's editor."""

from pathlib import Path
from typing import Any

import tomlkit

from newsletter.errors import PoolError
from newsletter.model.article import Article
from newsletter.model.table import read_toml

_TEXTS = ("title", "link", "source", "author", "published", "language", "section", "summary", "why", "note")
_LISTS = ("points", "tags")


def article_form(article: Article) -> str:
    """Return the facts of *article* as TOML to fill in."""
    document = tomlkit.document()
    document.add(tomlkit.comment(f"Article {article.id}. Save and leave the editor to keep the changes."))
    for name in _TEXTS:
        document[name] = getattr(article, name)
    document["minutes"] = article.minutes
    for name in _LISTS:
        document[name] = tomlkit.array(list(getattr(article, name))).multiline(name == "points")  # type: ignore[arg-type]
    return tomlkit.dumps(document)


def read_form(article: Article, path: Path) -> dict[str, Any]:
    """Return the facts that the form in *path* changes in *article*.

    :raises PoolError: with the line of what cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as cause:
        raise PoolError("this is no UTF-8 text", "save the file as UTF-8", where=path) from cause
    table = read_toml(text, where=path, error=PoolError)
    facts: dict[str, Any] = {name: table.text(name, "") for name in _TEXTS}
    facts["minutes"] = table.get("minutes", int, 0)
    facts |= {name: table.texts(name) for name in _LISTS}
    table.close()
    changed = {name: value for name, value in facts.items() if value != getattr(article, name)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in changed.items()}
