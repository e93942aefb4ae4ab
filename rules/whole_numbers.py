"""Values as whole numbers that keep their order, for an engine that coerces everything else."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final

from ontology.kinds import Field
from ontology.months import Months
from ontology.values import Datatype, Value

LARGEST: Final = 2**62
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class EncodingInvalid(ValueError):
    """A fact holds a value that is not of its field's datatype."""


def _number(datatype: Datatype) -> Callable[[Any, Field], int]:
    return _NUMBERS[datatype]


def number(value: Value, shape: Field) -> int:
    """The whole number of a value that is no text; it keeps the order of the values.

    Raises:
        EncodingInvalid: the value is of another type, not finite or out of bounds.

    >>> from ontology.facts import catalogue
    >>> number(4.25, catalogue().kinds["spread"].fields["excess"])
    425
    """
    if type(value) is not _TYPES[shape.datatype]:
        raise EncodingInvalid(f"{shape.name}: {value!r:.80} is no {shape.datatype}")
    try:
        found = _number(shape.datatype)(value, shape)
    except (ValueError, OverflowError, TypeError) as error:
        raise EncodingInvalid(f"{shape.name}: {value!r:.80} is no {shape.datatype}") from error
    if abs(found) > LARGEST:
        raise EncodingInvalid(f"{shape.name}: {value!r:.80} is too large")
    return found


def numbered(at: int, shape: Field) -> Value:
    """The value that has a whole number; it undoes `number`.

    >>> from ontology.facts import catalogue
    >>> numbered(425, catalogue().kinds["spread"].fields["excess"])
    4.25
    """
    return _VALUES[shape.datatype](at, shape)


_TYPES: Final[Mapping[Datatype, type]] = MappingProxyType(
    {
        Datatype.TOKEN: str,
        Datatype.STRING: str,
        Datatype.BOOLEAN: bool,
        Datatype.INTEGER: int,
        Datatype.DECIMAL: float,
        Datatype.DATE: date,
        Datatype.TIME: time,
        Datatype.DATETIME: datetime,
        Datatype.DURATION: timedelta,
        Datatype.MONTHS: Months,
    }
)
_NUMBERS: Final[Mapping[Datatype, Callable[[Any, Field], int]]] = MappingProxyType(
    {
        Datatype.TOKEN: lambda v, shape: shape.allowed.index(v),
        Datatype.BOOLEAN: lambda v, _: int(v),
        Datatype.INTEGER: lambda v, _: int(v),
        Datatype.DECIMAL: lambda v, shape: round(v * 10**shape.decimals),
        Datatype.DATE: lambda v, _: int(v.toordinal()),
        Datatype.TIME: lambda v, _: (
            (v.hour * 3_600 + v.minute * 60 + v.second) * 1_000_000 + v.microsecond
        ),
        Datatype.DATETIME: lambda v, _: (v - _EPOCH) // _MICROSECOND,
        Datatype.DURATION: lambda v, _: v // _MICROSECOND,
        Datatype.MONTHS: lambda v, _: int(v.total),
    }
)
_VALUES: Final[Mapping[Datatype, Callable[[int, Field], Value]]] = MappingProxyType(
    {
        Datatype.TOKEN: lambda at, shape: shape.allowed[at],
        Datatype.BOOLEAN: lambda at, _: bool(at),
        Datatype.INTEGER: lambda at, _: at,
        Datatype.DECIMAL: lambda at, shape: at / 10**shape.decimals,
        Datatype.DATE: lambda at, _: date.fromordinal(at),
        Datatype.TIME: lambda at, _: (_EPOCH + at * _MICROSECOND).time(),
        Datatype.DATETIME: lambda at, _: _EPOCH + at * _MICROSECOND,
        Datatype.DURATION: lambda at, _: at * _MICROSECOND,
        Datatype.MONTHS: lambda at, _: Months(at),
    }
)
