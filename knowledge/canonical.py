"""Canonical JSON: the one byte form of a value, which leaves, digests and signatures cover."""

import math
from collections.abc import Mapping
from typing import Final

import orjson

_LONGEST_QUOTE: Final = 80
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)


class NotCanonical(ValueError):
    """A value has no canonical JSON form."""


def canonical(value: object) -> bytes:
    r"""The canonical JSON of a value, UTF-8, without white space.

    Keys are sorted by code point. Text is kept exactly as given: no Unicode normalisation, and
    only `"`, `\` and control characters are escaped. Numbers are written as they are held: an
    integer (between -(2^53 - 1) and 2^53 - 1) without a point, a float as the shortest decimal
    that reads back as the same double, so `1` and `1.0` differ. Unlike RFC 8785 a float that is
    whole keeps its `.0`. Mappings and tuples count as objects and arrays.

    Raises:
        NotCanonical: NaN or infinity, a larger integer, half a surrogate pair, a key that is no
            text, nesting beyond 250 levels, or a type that JSON lacks.

    >>> canonical({"b": 1.0, "a": ["é", None, True]})
    b'{"a":["\xc3\xa9",null,true],"b":1.0}'
    """
    try:
        text = orjson.dumps(value, default=_plain, option=_OPTIONS)
    except TypeError as error:
        raise NotCanonical(f"{_short(value)} has no JSON form: {error}") from error
    if b"null" in text:  # orjson writes NaN and infinity as null
        _refuse_unbounded(value)
    return text


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON; write a text like '2026-10-01'")


def _refuse_unbounded(value: object) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise NotCanonical(f"{value!r} is no JSON number; leave the field out or write 0.5")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_unbounded(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_unbounded(item)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 3]}..."
