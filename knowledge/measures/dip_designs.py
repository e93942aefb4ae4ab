"""What a dip looks like stretch by stretch: the means of curves over bins, not their values."""

from typing import Final

import numpy as np

from knowledge.measures.binned import Array

_PARTS: Final = np.array([-0.375, -0.125, 0.125, 0.375])
"""Where in a bin a curve is looked at: a fall is seldom over when a bin begins."""


def profile(
    shape: str, since: Array, fall: float, paces: Array, power: float
) -> tuple[Array, Array]:
    """How far bins have fallen, and how much of it is left: (bins), (paces, bins).

    `since` are bins after the start, by their middles; a fall of 0 is one at once.
    """
    at = (since[:, None] + _PARTS).ravel()
    ramp = np.clip(at / fall, 0.0, 1.0) if fall > 0 else (at >= 0.0).astype(np.float64)
    left = _left(shape, at - fall, paces, power) * ramp
    parts = len(_PARTS)
    even = np.full(parts, 1.0 / parts)  # a product: means along a short axis are slow
    return ramp.reshape(-1, parts) @ even, np.asarray(left.reshape(len(left), -1, parts) @ even)


def design(
    shape: str, since: Array, fall: float, paces: Array, power: float, *, free: bool
) -> Array:
    """What the levels of one start and fall multiply, for all paces: (paces, levels, bins).

    Levels are the baseline where it is `free`, what stays, where something does, and what comes
    back.
    """
    ramp, left = profile(shape, since, fall, paces, power)
    parts = [left] if shape != "partial" else [np.broadcast_to(ramp, left.shape), left]
    parts = [np.ones_like(left), *parts] if free else parts
    return np.stack(parts, axis=1)


def _left(shape: str, since: Array, paces: Array, power: float) -> Array:
    """How much of the depth is left so many bins after the trough, (paces, bins)."""
    if shape == "step":
        return np.ones((len(paces), len(since)))
    part = np.maximum(since, 0.0)[None, :] / paces[:, None]
    if shape == "linear":
        return np.maximum(0.0, 1.0 - part)
    return np.asarray(np.exp(-(part**power) if power != 1.0 else -part))
