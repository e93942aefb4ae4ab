"""Run all measurements, or those that are named: `python -m bench decisions ledger`."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bench.measuring import Figure

PARTS = (
    "rules_engines",
    "policies",
    "verify",
    "compare",
    "decisions",
    "text",
    "judging",
    "tone",
    "recovery",
    "inflections",
    "volume",
    "virality",
    "journeys",
    "observations",
    "geofences",
    "linkage",
    "alert_budget",
    "campaign",
    "backtest",
    "similar",
    "ledger",
    "graph",
    "gate",
    "http",
    "microsite",
    "console",
    "signals",
    "flood",
    "find",
)
ON_REQUEST = ("precedents", "tone_month")
"""What takes many minutes, measured only where it is named."""


def main() -> int:
    """Print every figure as it is measured; keep all of them as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    known = (*PARTS, *ON_REQUEST)
    parser.add_argument(
        "parts",
        nargs="*",
        help=f"which of {', '.join(known)}; by default all that take less than minutes",
    )
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where JSON goes")
    asked = parser.parse_args()
    unknown = sorted(set(asked.parts) - {*known})
    if unknown:
        parser.error(f"{', '.join(unknown)} is none of {', '.join(known)}")
    figures: list[dict[str, object]] = []
    for part in asked.parts or PARTS:
        sys.stdout.write(f"\n{part}\n")
        measure: Callable[[], Iterator[Figure]] = import_module(f"bench.{part}").measure
        for figure in measure():
            sys.stdout.write(f"  {figure.line()}\n")
            sys.stdout.flush()
            figures.append({"part": part, **figure.json()})
    asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
