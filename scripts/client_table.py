"""Takes in what mail clients support: caniemail's data, as npm's package carries it, becomes a table of ours.

``make client-table`` runs it, and needs npm. It writes ``features.json`` with one line a feature, and the package's
licence beside it.
"""

import argparse
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VERSION = "2.0.2"
TARGET = Path(__file__).parent.parent / "newsletter" / "checks" / "clients"
URL = "https://www.caniemail.com/features/{slug}/"

Stats = dict[str, dict[str, dict[str, str]]]


def main() -> int:
    """Fetch, condense, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, metavar="FILE", help="the package's .tgz; default: npm fetches it")
    parser.add_argument("--into", type=Path, default=TARGET, metavar="FOLDER", help="where the files go")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, licence = read_package(options.package or fetch(Path(folder)))
    (options.into / "features.json").write_text(written(condensed(data)), encoding="utf-8")
    (options.into / "LICENSE-caniemail").write_text(licence.strip() + "\n", encoding="utf-8")
    print(f"wrote {len(data['data'])} features to {options.into}")
    return 0


def fetch(folder: Path) -> Path:
    """Let npm fetch the package into *folder*, and return its file."""
    command = ["npm", "pack", f"caniemail@{VERSION}", "--silent"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return folder / f"caniemail-{VERSION}.tgz"


def read_package(path: Path) -> tuple[dict[str, Any], str]:
    """Return the data and the licence of the package.

    :raises SystemExit: it is another version than VERSION.
    """
    with tarfile.open(path) as package:

        def text(name: str) -> str:
            member = package.extractfile(f"package/{name}")
            assert member is not None  # noqa: S101
            return member.read().decode()

        version = json.loads(text("package.json"))["version"]
        if version != VERSION:
            raise SystemExit(f"{path} is caniemail {version}; this script knows {VERSION}")
        return json.loads(text("dist/data/caniemail.json")), text("LICENSE")


def condensed(data: dict[str, Any]) -> dict[str, Any]:
    """Return what the checks need: of each feature the title and the newest word on each platform, with its notes."""
    platforms = sorted({platform for feature in data["data"] for platform in platforms_of(feature["stats"])})
    return {
        "source": f"caniemail.com, by npm's caniemail {VERSION}",
        "version": VERSION,
        "date": data["last_update_date"][:10],
        "licence": "MIT, see LICENSE-caniemail",
        "url": URL,
        "platforms": platforms,
        "features": {feature["slug"]: condense(feature, platforms) for feature in data["data"]},
    }


def condense(feature: dict[str, Any], platforms: list[str]) -> dict[str, Any]:
    """Return one feature; its support is a word a platform: y, n, a (in part), u (unknown) or -, and note numbers."""
    if feature["url"] != URL.format(slug=feature["slug"]):
        raise SystemExit(f"{feature['slug']} has an address of its own: {feature['url']}")
    support = [newest(feature["stats"], platform) for platform in platforms]
    told = {number for word in support for number in word[1:].split(",")}
    notes = {number: plain(note) for number, note in (feature["notes_by_num"] or {}).items() if number in told}
    return {
        "title": feature["title"].strip(),
        "category": feature["category"],
        "support": " ".join(support),
        "notes": notes,
    }


def platforms_of(stats: Stats) -> list[str]:
    """Return the platforms of a feature, as "gmail.ios"."""
    return [f"{family}.{platform}" for family, platforms in stats.items() for platform in platforms]


def newest(stats: Stats, platform: str) -> str:
    """Return what is known of a platform's newest version: "a #1 #4" becomes "a1,4".

    The file has versions in the order of their tests, years and numbers mixed: 2019 stands before 16.80.
    """
    family, _, name = platform.partition(".")
    versions = stats.get(family, {}).get(name, {})
    if not versions:
        return "-"
    word, *numbers = list(versions.values())[-1].split()
    return word + ",".join(number.lstrip("#") for number in numbers)


def plain(note: str) -> str:
    """Return a note without Markdown's links and code, in one line."""
    note = re.sub(r"\s*\(?See \[[^\]]*\]\([^)]*\)\.?\)?", "", note)
    return " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", note).replace("`", "").split())


def written(table: dict[str, Any]) -> str:
    """Return the table as JSON with one line a feature, so that a new version is a diff that can be read."""
    head = {key: value for key, value in table.items() if key != "features"}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    rows = [f"    {json.dumps(slug)}: {json.dumps(row, ensure_ascii=False)}" for slug, row in table["features"].items()]
    return "\n".join(["{", *lines, '  "features": {', ",\n".join(rows), "  }", "}"]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
