"""Measures the sender; one line a figure: name, value, unit, bar, ok or short, and the runs' least and most.

``make bench-send`` runs it in some minutes. Each figure that has a bar is a ratio to a reference of the same run, or a
limit that the project promises. Needs Postfix's test programs (Debian: postfix) and openssl.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.send import latency, million, small_mailing, throughput
from benchmarks.send.assembling import assembling
from benchmarks.send.figure import Figure
from benchmarks.send.process import Failed, Missing, ends_as_asked
from benchmarks.send.quiet import waited
from benchmarks.send.scratch import scratch

Measure = Callable[[Path, int, float], Iterator[Figure]]
"""Measures in a scratch folder, in so many rounds, with that share of the messages."""

MEASURES: dict[str, Measure] = {
    "unsigned": throughput.unsigned,
    "signed": throughput.signed,
    "assembling": assembling,
    "million": million.million,
    "latency": latency.latency,
    "mailmerge": small_mailing.beside_mailmerge,
}
ROUNDS = 5
QUICK_ROUNDS, QUICK_SHARE = 2, 0.05


def main() -> int:
    """Measure, print and write; 1 when a figure is short of its bar or could not be had."""
    options = _options()
    ends_as_asked()
    rounds, share = (QUICK_ROUNDS, QUICK_SHARE) if options.quick else (ROUNDS, 1.0)
    figures: list[Figure] = []
    failed = False
    try:
        with scratch(options.scratch) as folder:
            _say(figures, Figure(name="machine: load before", value=os.getloadavg()[0], unit=""))
            for name in options.only or MEASURES:
                failed |= not _measured(name, figures, MEASURES[name](folder, rounds, share))
            _say(figures, Figure(name="machine: waited for other programs", value=waited(), unit="s"))
    except Missing as cause:
        print(cause, file=sys.stderr)
        failed = True
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        values = [figure.values() for figure in figures]
        options.json.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return int(failed or any(figure.short for figure in figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.send", description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASURES, metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="small counts: whether it works, not how fast")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="a folder on a disk; default: dist")
    return parser.parse_args()


def _measured(name: str, figures: list[Figure], measured: Iterator[Figure]) -> bool:
    """Print each figure as it comes; return whether all of them came."""
    try:
        for figure in measured:
            _say(figures, figure)
    except (Missing, Failed) as cause:
        print(f"{name}: {cause}", file=sys.stderr, flush=True)
        return False
    return True


def _say(figures: list[Figure], figure: Figure) -> None:
    figures.append(figure)
    print(figure, flush=True)


if __name__ == "__main__":
    sys.exit(main())
