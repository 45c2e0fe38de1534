"""Measures collecting; one line a figure: name, value, unit, bar, ok or short.

``make bench-collect`` runs all modules beside this one; names of modules run those alone.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks import collect


def main() -> int:
    """Measure, print and write; 1 when a figure is short of its bar."""
    known = sorted(module.name for module in pkgutil.iter_modules(collect.__path__) if module.name != "__main__")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(known)}")
    options = parser.parse_args()
    figures = []
    for name in options.modules or known:
        for figure in importlib.import_module(f"benchmarks.collect.{name}").figures():
            figures.append(figure)
            print(figure, flush=True)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
    return int(any(not figure.holds for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
