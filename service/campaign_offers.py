"""Offers as rules: for whom each one is, and what it is worth to them, worked out once a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ontology.kinds import Field
from ontology.record_values import RecordInvalid
from ontology.values import Datatype, quote
from rules.expression_reader import read_expression
from rules.expressions import Expression, plain, worth
from rules.sfeel import MISSING, OneOf, Test, holds
from rules.unary import TestInvalid, parse
from service.campaign_bodies import FEATURES, OfferIn

_WORDS: Final = frozenset({"segment", "region", "language"})
FIELDS: Final[Mapping[str, Field]] = {
    name: Field(name=name, datatype=Datatype.STRING, example="segment/commuters")
    if name in _WORDS
    else Field(name=name, datatype=Datatype.DECIMAL, decimals=6, example="2")
    for name in FEATURES
}
_CENT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer that was read."""

    id: str
    said: OfferIn
    tests: tuple[tuple[str, Test], ...]
    value: Expression

    def worth(self, features: Sequence[str | float | None]) -> float | None:
        """What it is worth to somebody; None where it is not for them."""
        given = {
            name: MISSING if value is None else value
            for name, value in zip(FEATURES, features, strict=True)
        }
        if not all(holds(test, given[name], FIELDS[name]) for name, test in self.tests):
            return None
        found = plain(worth(self.value, given))
        if isinstance(found, bool) or not isinstance(found, int | float) or found < 0:
            return None
        return round(float(found), _CENT)


def read_offers(said: Sequence[OfferIn]) -> tuple[Offer, ...]:
    """Offers with their tests and worths.

    Raises:
        RecordInvalid: something of them can't be read; each mistake stands at its place.
    """
    errors: dict[str, str] = {}
    found = [_read(number, one, errors) for number, one in enumerate(said)]
    if errors:
        raise RecordInvalid(errors)
    return tuple(one for one in found if one is not None)


def _read(number: int, one: OfferIn, errors: dict[str, str]) -> Offer | None:
    tests = []
    for name, text in one.when.items():
        place = f"/offers/{number}/when/{name[:80]}"
        if name not in FIELDS:
            there = ", ".join(FIELDS)
            errors[place] = f"customers have no {quote(name)}; they have {there}"
            continue
        try:
            tests.append((name, _test(text, FIELDS[name])))
        except TestInvalid as error:
            shown = "'segment/commuters'" if name in _WORDS else "'>= 2' or '[1..5]'"
            errors[place] = f"{quote(error.offending)}: {error.reason}; write a test like {shown}"
    numbers = {name: field for name, field in FIELDS.items() if name not in _WORDS}
    try:
        value, sort = read_expression(one.worth, numbers)
    except TestInvalid as error:
        there = f"it may name {', '.join(numbers)}, like '30 + 2 * years'"
        errors[f"/offers/{number}/worth"] = f"{quote(error.offending)}: {error.reason}; {there}"
        return None
    if sort != "number":
        errors[f"/offers/{number}/worth"] = f"{quote(one.worth)} gives a {sort}, not a number"
    return Offer(id=one.id, said=one, tests=tuple(tests), value=value)


def _test(text: str | list[str], field: Field) -> Test:
    if isinstance(text, str):
        return parse(text, field)
    return OneOf(tuple(parse(one, field) for one in text))
