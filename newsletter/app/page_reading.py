"""Reads pages, each as often as it changes: what was read of some bytes is kept by their hash."""

import asyncio
import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from newsletter.app.newsletter import Newsletter
from newsletter.model.article import Article
from newsletter.sources.context import Context
from newsletter.sources.page import PageReading, version
from newsletter.sources.page_reader import PageReader

KIND = "extract"


async def read_once(newsletter: Newsletter, reader: PageReader, data: bytes, context: Context) -> PageReading:
    """Return what *reader* returns, without reading again what was read before.

    :raises InputError: it is no page.
    """
    key = _key(data, context)
    if (kept := newsletter.derived.get(KIND, key)) is not None:
        return _read(json.loads(kept))
    reading = await reader.read(data, context)
    newsletter.derived.put(KIND, {key: json.dumps(asdict(reading), ensure_ascii=False).encode()})
    return reading


def read_file(newsletter: Newsletter, data: bytes, context: Context) -> PageReading:
    """Return what :func:`read_once` does of a page that stands alone, where no event loop runs."""

    async def read() -> PageReading:
        reader = PageReader()
        try:
            return await read_once(newsletter, reader, data, context)
        finally:
            await reader.close()

    return asyncio.run(read())


def _key(data: bytes, context: Context) -> str:
    """Return the hash of all that a reading rests on: the bytes, where they are from, and the reader."""
    beside = json.dumps([version(), context.address, context.headers.get("content-type", "")])
    return sha256(beside.encode() + b"\0" + data).hexdigest()


def _read(values: dict[str, Any]) -> PageReading:
    facts = {name: value for name, value in values["article"].items() if name != "id" and value}
    return PageReading(
        article=Article(id=values["article"]["id"]).with_facts(facts),
        text=values["text"],
        feeds=tuple(values["feeds"]),
        remarks=tuple(values["remarks"]),
    )
