"""The tone audit: what reading a reply costs the first time, and testing one group for drift."""

from collections.abc import Iterator

import numpy as np

from bench.measuring import Figure, cpu_ms
from knowledge.language import empathy_reader
from knowledge.measures.drift import MOST, drift

_TEXTS = 400
_MANY = 100_000
_MINUTE = 60_000


def measure() -> Iterator[Figure]:
    """CPU time a reply of 45 words, of which no passage was read before; and of one test."""
    reader = empathy_reader.load()
    replies = [
        f"Thank you for writing about order {number}. I am so sorry that parcel {number} came"
        f" late, and I can see why you lost trust in us. Van {number} will be with you before six"
        " tonight. What would help you most until then?"
        for number in range(_TEXTS)
    ]
    each = cpu_ms(lambda: reader.read(replies), runs=1) / _TEXTS
    yield Figure(name="a reply read anew", value=each, unit="CPU-ms")
    whole = each * _MANY / _MINUTE
    yield Figure(name="100,000 replies read anew", value=whole, unit="CPU-min")
    chance = np.random.default_rng(1)
    rows = chance.standard_normal((2 * MOST, 378)).astype(np.float32)
    none = np.zeros(MOST, dtype=np.int64)
    one = cpu_ms(lambda: drift(rows[:MOST], rows[MOST:], (none, none), chance), runs=1)
    yield Figure(name="a group tested for drift", value=one, unit="CPU-ms")
