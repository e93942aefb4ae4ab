"""Regions in the words of a book: what a row or a `when` would ask to hold of just these facts."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ontology.values import Datatype, Value, encode
from rules.acceptance import Members
from rules.regions import Region
from rules.value_sets import Spans, ValueSet
from rules.whole_numbers import numbered

_PLAIN: Final = re.compile(r"[a-z][a-z0-9/ -]*|[A-Z0-9][A-Z0-9.]*")
_NAME: Final = re.compile(r"[a-z]+/[a-z0-9-]+")


def row_of(box: Mapping[str, Region], inputs: Sequence[str]) -> str:
    """A region of each kind as the row of a table with these columns, without as a `when`."""
    if inputs:
        columns = [column.partition(".") for column in inputs]
        cells = [_cell(box[kind].sets.get(name)) for kind, _, name in columns]
        return f"- {{when: [{', '.join(cells)}], then: […]}}"
    parts = (f"{kind}: {_fields(region)}" for kind, region in box.items())
    return f"{{{', '.join(parts)}}}"


def _fields(region: Region) -> str:
    if not region.sets:
        return "given"
    return f"{{{', '.join(f'{name}: {_cell(one)}' for name, one in region.sets.items())}}}"


def _cell(one: ValueSet | None) -> str:
    """A test as YAML in one line takes it: plain words as they are, several as a list."""
    tests = ["-"] if one is None else _alternatives(one)
    words = [
        test if _PLAIN.fullmatch(test) else json.dumps(test, ensure_ascii=False) for test in tests
    ]
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"


def written(one: ValueSet) -> str:
    """A test that accepts just this set.

    >>> from ontology.facts import catalogue
    >>> field = catalogue().kinds["spread"].fields["excess"]
    >>> written(ValueSet(field=field, missing=True, present=Spans(((400, 1000),))))
    '[4.0..10.0], not given'
    """
    return ", ".join(_alternatives(one))


def _alternatives(one: ValueSet) -> list[str]:
    if one.present == ValueSet.whole(one.field).present:
        return ["-" if one.missing or one.field.required else "given"]
    return [*_tests(one), *(["not given"] if one.missing else [])]


def _tests(one: ValueSet) -> Sequence[str]:
    if isinstance(one.present, Members):
        names = [_literal(name, one) for name in sorted(map(str, one.present.names))]
        return names if one.present.named else [f"not({', '.join(names)})"]
    if not isinstance(one.present, Spans):
        return ["…"]
    if one.field.datatype in {Datatype.TOKEN, Datatype.BOOLEAN}:
        places = [at for low, high in one.present.ranges for at in range(low, high + 1)]
        return [_literal(numbered(at, one.field), one) for at in places]
    return [_range(low, high, one) for low, high in one.present.ranges]


def _range(low: int, high: int, one: ValueSet) -> str:
    first, last = one.reach
    least, most = (_literal(numbered(at, one.field), one) for at in (low, high))
    if low == high:
        return least
    if low == first:
        return f"<= {most}"
    return f">= {least}" if high == last else f"[{least}..{most}]"


def _literal(value: Value, one: ValueSet) -> str:
    plain = encode(value)
    text = json.dumps(plain, ensure_ascii=False)
    unquoted = one.field.datatype is not Datatype.STRING or _NAME.fullmatch(str(plain))
    return text.strip('"') if unquoted else text
