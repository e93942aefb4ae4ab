"""A policy is tried in a process of its own, with a time limit, before this one compiles it.

What would crash or hang durable-rules takes the trial down, not the service.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

LIMIT_S: Final = 30.0


def trial(files: Mapping[str, bytes], *, limit_s: float = LIMIT_S) -> str | None:
    """None where every engine runs the policy and agrees; otherwise what went wrong.

    Costs a start of Python and about a second.
    """
    bundle = json.dumps({name: content.decode() for name, content in files.items()})
    command = [sys.executable, "-m", "service.trial"]
    try:
        run = subprocess.run(  # noqa: S603 - no part of the command is input
            command, input=bundle, capture_output=True, text=True, timeout=limit_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"the trial of the policy did not end within {limit_s:g} s"
    if run.returncode == 0:
        return None
    if run.returncode < 0:
        return f"the trial of the policy crashed with signal {-run.returncode}"
    return run.stderr.strip().splitlines()[-1][:500] if run.stderr.strip() else "the trial failed"


def main() -> None:
    """Read a bundle from standard input and run it."""
    from ontology.facts import catalogue  # noqa: PLC0415 - light start
    from rules.policy import build  # noqa: PLC0415 - light start
    from rules.smoke import exercise  # noqa: PLC0415 - light start
    from service.clock import LiveClock  # noqa: PLC0415 - light start

    files = {name: text.encode() for name, text in json.load(sys.stdin).items()}
    exercise(build(files, catalogue()), catalogue(), LiveClock().now())


if __name__ == "__main__":
    main()
