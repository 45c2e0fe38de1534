"""Checks a newsletter that was broken at random, again and again: a process of its own, which a crash would end.

Run as ``python breaking.py FOLDER SEED COUNT``: one line of JSON for each try.
"""

import json
import random
import shutil
import sys
import time
import traceback
from pathlib import Path

from newsletter.app import open_newsletter
from newsletter.app.checking import check_file
from newsletter.errors import NewsletterError
from newsletter.rendering.themes import builtin_templates

THEME = "digest"


def broken(data: bytes, chance: random.Random) -> bytes:
    """Return *data* with one to three pieces of it cut out, doubled, swapped, or with a byte that was another."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data) or 1)
        end = min(len(data), start + chance.choice((1, 2, 5, 20, 200)))
        piece, other = data[start:end], chance.randrange(len(data) or 1)
        match chance.randrange(4):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:end] + piece * chance.choice((1, 1, 50)) + data[end:]
            case 2:
                rest = data[:start] + data[end:]
                data = rest[:other] + piece + rest[other:]
            case _:
                data = data[:start] + bytes([chance.choice(b"<>{}%[]()\"'&\\\0\n#|*_`\xff\xe2")]) + data[start + 1 :]
    return data


def tried(folder: Path, issue: Path) -> dict[str, object]:
    """Check the issue and tell what came of it, and in how many seconds of the processor: others work beside."""
    begun = time.process_time()
    try:
        findings = check_file(open_newsletter(folder), issue)
        told: dict[str, object] = {"findings": len(findings), "lines": all(finding.line > 0 for finding in findings)}
    except NewsletterError as error:
        told = {"error": str(error), "lines": error.line is not None}
    except BaseException:  # a panic of the Rust code is no Exception
        told = {"traceback": traceback.format_exc()}
    return {**told, "seconds": time.process_time() - begun}


def main(folder: Path, seed: int, count: int) -> None:
    """Break an issue or a file of its theme, check, mend it, and begin again."""
    issue = folder / "issues" / "001.md"
    templates = folder / "templates" / THEME
    shutil.copytree(builtin_templates() / THEME, templates)
    victims = [
        issue,
        *sorted(templates.glob("*.mjml.j2")),
        *sorted(templates.glob("*.css")),
        templates / "issue.txt.j2",
    ]
    for number in range(seed, seed + count):
        chance = random.Random(number)
        victim = issue if chance.random() < 0.5 else chance.choice(victims)
        whole = victim.read_bytes()
        print(json.dumps({"seed": number, "file": victim.name}), flush=True)
        victim.write_bytes(broken(whole, chance))
        print(json.dumps(tried(folder, issue)), flush=True)
        victim.write_bytes(whole)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
