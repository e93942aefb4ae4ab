"""The network of empathy becomes its file: ONNX, weights in eight bits, whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.language import exporting
from knowledge.language.empathy_network import EmpathyNetwork, Exported
from knowledge.language.empathy_reader import SOUND, opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How far the log-odds of the rounded network lie from those of the whole one."""

    passages: int
    mean: float
    most: float


def write(network: EmpathyNetwork, file: Path, passages: Sequence[str]) -> Likeness:
    """Put the file in the place of the old one; says how alike both read the passages."""
    whole = exporting.traced(Exported(network), ("sound", "levels"))
    rounded = exporting.in_eight_bits(whole)
    found = _likeness(whole, rounded, passages)
    partial = file.with_name(f"{file.name}.partial")
    partial.write_bytes(rounded)
    partial.replace(file)
    return found


def _likeness(whole: bytes, rounded: bytes, passages: Sequence[str]) -> Likeness:
    if not passages:
        return Likeness(passages=0, mean=0.0, most=0.0)
    first, second = (opened(one).read(passages)[:, SOUND:] for one in (whole, rounded))
    apart = np.abs(first - second)
    return Likeness(passages=len(passages), mean=float(apart.mean()), most=float(apart.max()))
