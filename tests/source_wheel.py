"""A third party's package of sources, in a wheel that is put on the path: a good one, and those that are not."""

import zipfile

# The whole of a third party's package: a line of the file is a title and a link.
ACME = """
from newsletter.model.article import Article
from newsletter.sources.reading import Collected, Reading, identified


def read(data, context):
    collected = []
    for number, line in enumerate(data.decode().splitlines(), 1):
        title, _, link = line.partition("|")
        article = identified(Article(id="", title=title, link=link, source="Acme", found="acme"))
        collected.append(Collected(article=article, first_line=number, last_line=number, text=f"All of {title}"))
    return Reading(name=context.name, collected=tuple(collected))


read.suffixes = (".acme",)
"""
BAD = """
import os, subprocess, sys, time


def raising(data, context):
    raise KeyError("no such thing\\x1b[31m")


def refusing(data, context):
    from newsletter.errors import InputError
    raise InputError("this is none of mine", "give another")


def hanging(data, context):
    subprocess.Popen(["sleep", "1000"])
    time.sleep(1000)


def printing(data, context):
    print("{} not json", flush=True)
    os.write(1, b"nor this")
    print("x" * 100_000, file=sys.stderr)
    from acme_source import read
    return read(data, context)


def exiting(data, context):
    sys.exit(0)


def dying(data, context):
    os._exit(3)


def greedy(data, context):
    return bytearray(20_000_000_000)


def mistaken(data, context):
    return ["an article"]


def sick(data, context):
    raise RuntimeError("always")


sick.suffixes = (".sick",)


def stalling(data, context):
    pass


def _stall(name, data):
    with open(os.environ["STALLED"], "a") as file:
        file.write(name + "\\n")
    raise ValueError("no")


stalling.handles = _stall


def telling(data, context):
    from acme_source import read
    return read(data, context)


telling.handles = lambda name, data: data.startswith(b"TELLING")
number = 42
"""


def make_wheel(folder):
    """Make the wheel in *folder*, and return its path."""
    path, about = folder / "acme_source-1.0-py3-none-any.whl", "acme_source-1.0.dist-info"
    kinds = (
        "raising",
        "refusing",
        "hanging",
        "printing",
        "exiting",
        "dying",
        "greedy",
        "mistaken",
        "number",
        "sick",
        "stalling",
        "telling",
    )
    points = ["acme = acme_source:read", *(f"{kind} = bad_source:{kind}" for kind in kinds), "gone = no_module:read"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {
            "acme_source.py": ACME,
            "bad_source.py": BAD,
            f"{about}/METADATA": "Metadata-Version: 2.1\nName: acme-source\nVersion: 1.0\n",
            f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{about}/entry_points.txt": "[newsletter.sources]\n" + "\n".join(points) + "\n",
        }.items():
            archive.writestr(name, text)
        archive.writestr(f"{about}/RECORD", "".join(f"{name},,\n" for name in [*archive.namelist(), f"{about}/RECORD"]))
    return path
