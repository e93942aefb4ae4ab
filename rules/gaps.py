"""Gaps: what a table or a book means to cover and does not, region by region, with a row for each.

What must be covered is one fact of each of some kinds. An alternative of a rule covers what it
holds of whatever else is given; the rest falls into regions, and each is shown by facts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.conditions import Conjunction
from rules.findings import Finding, Place
from rules.grounding import Check, Example
from rules.inquiry import Inquiry, fires
from rules.region_words import row_of
from rules.regions import Region
from rules.rule import Book, Rule, RuleTable
from rules.situations import Asked, Situation, situation
from rules.value_sets import ValueSet

MOST_REGIONS: Final = 2_000
MOST_TOLD: Final = 20

_Box = Mapping[str, Region]
"""A region of each kind; any fact of one, beside any of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """What rules mean to cover: a table's inputs, or what is declared.

    `fields` are those of which it speaks, like `incident.cluster`.
    """

    place: Place
    rules: tuple[Rule, ...]
    whole: Asked
    fields: frozenset[str]
    inputs: tuple[str, ...] = ()
    """The columns of a table, in the order of a row's cells."""


def coverings(inquiry: Inquiry) -> Iterator[Covering]:
    """All that the books of a policy mean to cover."""
    for book in inquiry.policy.books:
        place = Place(name=book.name, file=book.file, line=1)
        for one in book.complete:
            rules = _in_force(inquiry, book.rules)
            yield Covering(place=place, rules=rules, whole=Asked.of(one), fields=_named(one))
        for table in book.tables:
            yield from _of_table(inquiry, book, table)


def _of_table(inquiry: Inquiry, book: Book, table: RuleTable) -> Iterator[Covering]:
    place = Place(name=table.id, file=book.file, line=table.line)
    rules, inputs = _in_force(inquiry, table.rules), frozenset(table.inputs)
    wholes = [(Asked.of(one), inputs | _named(one)) for one in table.complete]
    if not wholes and table.hit != "C":
        wholes = [(_all_inputs(inquiry, table), inputs)]
    for whole, fields in wholes:
        yield Covering(place=place, rules=rules, whole=whole, fields=fields, inputs=table.inputs)


def _named(one: Conjunction) -> frozenset[str]:
    asks = ((pattern.kind, ask) for pattern in one.patterns for ask in pattern.asks)
    return frozenset(f"{kind}.{ask.field.name}" for kind, ask in asks)


def _all_inputs(inquiry: Inquiry, table: RuleTable) -> Asked:
    """A fact of each kind that is asked about, with every input there."""
    found: dict[str, list[ValueSet]] = {}
    for column in table.inputs:
        kind, _, name = column.partition(".")
        given = ValueSet.whole(inquiry.catalogue.kinds[kind].fields[name]).given()
        found.setdefault(kind, []).append(given)
    return Asked(places=tuple(Region.product(kind, some) for kind, some in found.items()))


def _in_force(inquiry: Inquiry, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    names = {rule.id for rule in inquiry.rules}
    return tuple(rule for rule in rules if rule.id in names)


def gaps(inquiry: Inquiry, covering: Covering) -> list[Finding] | None:
    """The regions that nothing covers, each with facts; None where it can't be told."""
    alternatives = [asked for rule in covering.rules for asked in inquiry.grounds.asked[rule.id]]
    left = _left(covering.whole, alternatives)
    pieces = None if left is None else _split(left, alternatives)
    if pieces is None:
        return None
    answers = [(box, situation(_asked(box), alternatives)) for box in pieces]
    boxes = [box for box, answer in answers if isinstance(answer, Situation)]
    found: list[Finding] = []
    unsure = any(answer == "unknown" for _, answer in answers)
    for box in _joined([_projected(box, covering.fields) for box in boxes])[:MOST_TOLD]:
        shown = _shown(inquiry, covering, box, alternatives)
        unsure = unsure or shown is None
        found += [] if shown is None else [_finding(covering, box, shown)]
    return None if unsure and not found else found


def _left(whole: Asked, alternatives: Sequence[Asked]) -> list[_Box] | None:
    """What is left of the whole without what each alternative covers by itself."""
    left: list[_Box] = [{place.kind: place for place in whole.places}]
    for asked in alternatives:
        box = _covered(asked, left[0] if left else {})
        if box is not None:
            left = [piece for one in left for piece in _minus(one, box)]
        if len(left) > MOST_REGIONS:
            return None
    return left


def _split(boxes: Sequence[_Box], alternatives: Sequence[Asked]) -> list[_Box] | None:
    """The same cut up, so that what else is given decides for all of a piece or for nothing of it.

    That is what alternatives turn on that ask for other facts too, or for none of some.
    """
    found = [*boxes]
    for asked in alternatives:
        for region in (*asked.places, *(without.region for without in asked.without)):
            if _covered(asked, boxes[0] if boxes else {}) is None:
                found = [piece for box in found for piece in _cut(box, region)]
        if len(found) > MOST_REGIONS:
            return None
    return found


def _cut(box: _Box, region: Region) -> Iterator[_Box]:
    here = box.get(region.kind)
    met = None if here is None else here.meet(region)
    if here is None or met is None:
        yield box
        return
    yield {**box, region.kind: met}
    yield from ({**box, region.kind: piece} for piece in here.minus(region))


def _asked(box: _Box) -> Asked:
    return Asked(places=tuple(box.values()))


def _covered(asked: Asked, kinds: Iterable[str]) -> _Box | None:
    """What an alternative holds of, whatever else is given; None where that can't be said."""
    found: dict[str, Region] = {}
    if asked.links or asked.without:
        return None
    for place in asked.places:
        if place.kind not in kinds or place.kind in found:
            return None
        found[place.kind] = place
    return found


def _minus(one: _Box, other: _Box) -> Iterator[_Box]:
    """The facts of a box that are not all in the other, as boxes with nothing in common."""
    rest = {**one}
    for kind, region in other.items():
        for piece in rest[kind].minus(region):
            yield {**rest, kind: piece}
        met = rest[kind].meet(region)
        if met is None:
            return
        rest[kind] = met


def _projected(box: _Box, fields: frozenset[str]) -> _Box:
    """The same as far as it speaks of what must be covered."""
    return {
        kind: Region.product(kind, (s for n, s in region.sets.items() if f"{kind}.{n}" in fields))
        for kind, region in box.items()
    }


def _joined(boxes: Sequence[_Box]) -> list[_Box]:
    """As few boxes as joining two that differ in one field makes of them."""
    found = [*boxes]
    at = 0
    while at < len(found):
        for other in range(at + 1, len(found)):
            one = _one(found[at], found[other])
            if one is not None:
                found = [one, *(b for n, b in enumerate(found) if n not in {at, other})]
                at = -1
                break
        at += 1
    return found


def _one(box: _Box, other: _Box) -> _Box | None:
    """Two boxes as one, if they differ in one field at most."""
    kinds = [kind for kind in box if box[kind] != other[kind]]
    if not kinds:
        return box
    if len(kinds) > 1:
        return None
    mine, theirs = box[kinds[0]], other[kinds[0]]
    names = [n for n in {**mine.sets, **theirs.sets} if mine.sets.get(n) != theirs.sets.get(n)]
    if len(names) > 1:
        return None
    field = {**mine.sets, **theirs.sets}[names[0]].field
    sets = {**mine.sets, field.name: mine.set_of(field).join(theirs.set_of(field))}
    return {**box, kinds[0]: Region.product(kinds[0], sets.values())}


def _shown(
    inquiry: Inquiry, covering: Covering, box: _Box, alternatives: Sequence[Asked]
) -> Example | None:
    """Facts of a box on which none of the rules fires, confirmed by every engine."""
    asked = _asked(box)
    check = fires([], (rule.id for rule in covering.rules))
    reached = inquiry.grounds.example([asked], covering.rules, _with(asked, check))
    if isinstance(reached, Example) and inquiry.confirms(reached, check):
        return reached
    found = situation(asked, alternatives)
    facts = inquiry.grounds.facts(found) if isinstance(found, Situation) else None
    at = inquiry.grounds.moment(covering.rules)
    if facts is None or at is None:
        return None
    given = Example(facts=facts, at=at)
    return given if inquiry.confirms(given, check) else None


def _with(asked: Asked, check: Check) -> Check:
    """The check, where every fact that is asked for is there in the end."""
    return lambda found: (
        all(any(map(place.has, found.facts)) for place in asked.places) and check(found)
    )


def _finding(covering: Covering, box: _Box, shown: Example) -> Finding:
    row = row_of(box, covering.inputs)
    why = (
        f"no row of {covering.place.name} holds"
        if covering.inputs
        else (f"no rule of {covering.place.name} fires")
    )
    return Finding(
        kind="gap",
        place=covering.place,
        why=f"{why} where {row_of(box, ())}",
        cure="add a row like this one, or narrow what is to be complete",
        facts=shown.facts,
        at=shown.at,
        row=row if covering.inputs else f"- when: {row}",
    )
