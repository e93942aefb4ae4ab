"""Recovery: how often intervals hold the truth of 240 made worlds, and what one costs."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from bench.measuring import Figure, cpu_ms
from bench.recovery_coverage import covered
from bench.recovery_worlds import HOUR
from knowledge.measures.binned import binned, width_for
from knowledge.measures.recovery import recovery

SEED: Final = 271_828
_WORLDS: Final = 240
_MANY: Final = 1_000_000
_HOURS: Final = 2_000.0


def measure() -> Iterator[Figure]:
    """Coverage of every figure that is told, then a series of a million posts."""
    for name, one in covered(SEED, worlds=_WORLDS).items():
        share = one.held / max(1, one.told)
        note = f"told of {one.told} of {_WORLDS} worlds"
        yield Figure(name=f"{name}: interval holds", value=share, unit="", aim="≥ .95", note=note)
    rng = np.random.default_rng(SEED)
    times = np.sort(rng.random(_MANY)) * HOUR * _HOURS
    since = times / HOUR / _HOURS - 0.3
    said = 0.2 - 0.5 * (since > 0) * np.exp(-since / 0.1) + 0.4 * rng.standard_normal(_MANY)
    wide = width_for(times)
    whole = cpu_ms(lambda: binned(times, said, wide), runs=1)
    yield Figure(name="a million posts, made a series", value=whole, unit="CPU-ms")
    series = binned(times, said, wide)
    each = cpu_ms(lambda: recovery(series, (), np.random.default_rng(1)), runs=1)
    name = f"its curve, {len(series.middle)} stretches"
    yield Figure(name=name, value=each, unit="CPU-ms")
