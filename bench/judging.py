"""Full scoring of a text: what a process costs that does nothing else, on one thread."""

import json
import subprocess
import sys
from collections.abc import Iterator

from bench.measuring import Figure

_TEXTS = 200
_CHILD = """
import json, sys
from bench.judging import TEXTS
from bench.measuring import cpu_ms, resident_mb
from knowledge.language import encoder, indicators
judge = indicators.load()
reader = encoder.load()
judge.score(TEXTS)
turn = iter(range(10**9))
one = cpu_ms(lambda: judge.score([TEXTS[next(turn) % len(TEXTS)]]), runs=500)
read = cpu_ms(lambda: reader.read([TEXTS[next(turn) % len(TEXTS)]]), runs=500)
several = cpu_ms(lambda: judge.score(TEXTS), runs=5) / len(TEXTS)
long = cpu_ms(lambda: judge.score(["Nobody tells us anything. " * 60]), runs=25)
loaded = sorted({"torch", "transformers"} & set(sys.modules))
print(json.dumps([one, read, several, long, resident_mb(), loaded]))
"""

TEXTS = [
    f"{said} {number}"
    for number in range(_TEXTS // 4)
    for said in (
        "Third call today, and nobody tells us anything about the train.",
        "Thank you so much @railco, your team was wonderful and kind, see you at 9:40!",
        "Great, another delay. What a lovely way to start the week, I just love waiting. Train",
        "My son is running out of insulin and we are stuck since 6, please help us tonight! Gate",
    )
]
"""Posts of some sixteen words."""


def measure() -> Iterator[Figure]:
    """CPU of a post alone and among 200, and the memory of the process."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], capture_output=True, check=True, text=True
    )
    one, read, several, long, memory, loaded = json.loads(done.stdout)
    yield Figure(name="a post alone, scored in full", value=one, unit="ms CPU", aim="≤ 15 ms")
    yield Figure(name="of which the encoder", value=read, unit="ms CPU")
    yield Figure(name="a post among 200", value=several, unit="ms CPU", aim="≤ 15 ms")
    yield Figure(name="a post of 1,500 characters", value=long, unit="ms CPU")
    note = f"also loaded: {', '.join(loaded)}" if loaded else ""
    yield Figure(name="memory of the process", value=memory, unit="MB", aim="≤ 500 MB", note=note)
