"""A detector's memory as plain values and back, so that it goes on as if never stopped."""

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from knowledge.spread.anomalies import Memory
from knowledge.spread.paces import Pace
from knowledge.spread.usual_rate import Usual

_PARTS: Final = {"usual": Usual, "sustained": Pace, "sudden": Pace}


class MemoryInvalid(ValueError):
    """A kept memory can't be read; the message says which part."""


def kept(memory: Memory) -> dict[str, Any]:
    """The memory as plain values; `restored` gives back the same one to the last bit."""
    return asdict(memory)


def restored(plain: object) -> Memory:
    """The memory that was kept, also after it has been JSON.

    Raises:
        MemoryInvalid: a missing or unknown field, a value of the wrong kind or size.
    """
    memory = _made(Memory, plain, "memory")
    if not isinstance(memory, Memory) or min(memory.sustained.excess, memory.sudden.excess) <= 0:
        raise MemoryInvalid("excess is not above 0")
    return memory


def _made(kind: type[Memory | Usual | Pace], plain: object, where: str) -> Memory | Usual | Pace:
    if not isinstance(plain, Mapping):
        raise MemoryInvalid(f"{where} is {plain!r}; an object is needed")
    names = {field.name for field in fields(kind)}
    if odd := names ^ set(plain):
        raise MemoryInvalid(f"{where}: {', '.join(sorted(odd))} is missing or unknown")
    usual = kind()
    values: dict[str, Any] = {n: _value(plain[n], getattr(usual, n), n) for n in names}
    return kind(**values)


def _value(value: object, example: object, name: str) -> object:
    """The value, of the kind and size that the example has."""
    if name in _PARTS:
        return _made(_PARTS[name], value, name)
    if isinstance(example, tuple):
        if not isinstance(value, list | tuple) or len(value) != len(example):
            raise MemoryInvalid(f"{name} is {value!r}; a list of {len(example)} numbers is needed")
        return tuple(_number(each, name) for each in value)
    if isinstance(example, float):
        return _number(value, name)
    if type(value) is not type(example):
        raise MemoryInvalid(f"{name} is {value!r}; something like {example!r} is needed")
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MemoryInvalid(f"{name} is {value!r}; a finite number is needed")
    return float(value)
