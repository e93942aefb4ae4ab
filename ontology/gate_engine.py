"""Which engine the gate judges by."""

from enum import StrEnum


class GateEngine(StrEnum):
    """Which engine judges; `both` compares, and what either finds counts."""

    FAST = "fast"
    PYSHACL = "pyshacl"
    BOTH = "both"
