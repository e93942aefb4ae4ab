"""Coverage: what the cases of a policy try of each rule, each of its asks and each boundary."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ontology.facts import Fact
from ontology.values import encode
from rules.boundaries import Boundary, boundaries
from rules.case import Case
from rules.casetables import Table
from rules.conditions import Ask, Pattern
from rules.policy import Policy
from rules.rule import Rule
from rules.sfeel import MISSING, Input, Missing, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of how many; `ratio` is 1 where there is nothing to be done."""

    met: int
    of: int

    @property
    def ratio(self) -> float:
        """From 0 to 1."""
        return self.met / self.of if self.of else 1.0

    def __add__(self, other: "Share") -> "Share":
        """Both together."""
        return Share(met=self.met + other.met, of=self.of + other.of)


NOTHING = Share(met=0, of=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One ask of a rule: where it stands, and whether its fact must be absent."""

    rule: Rule
    pattern: Pattern
    ask: Ask
    absent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What no case tries; `boundary` is there where a boundary is the gap."""

    rule: Rule
    line: int
    words: str
    place: Place | None = None
    boundary: Boundary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the cases try of one book."""

    book: str
    rules: Share
    conditions: Share
    boundaries: Share
    gaps: tuple[Gap, ...]


def coverage(whole: Policy, tables: Iterable[Table]) -> tuple[Coverage, ...]:
    """What the cases about each rule try of it, book by book.

    A condition is covered by a fact of which it holds and one of which it does not, each with the
    rest of its pattern; a boundary by a case at it and one just beside, when one makes the rule
    fire and the other does not. Only cases that name a rule speak of it.
    """
    cases: defaultdict[str, list[Case]] = defaultdict(list)
    for table in tables:
        for case in table.cases:
            if case.rule is not None:
                cases[case.rule].append(case)
    return tuple(_of_book(book.name, book.rules, cases) for book in whole.books)


def total(found: Iterable[Coverage]) -> Coverage:
    """All books together."""
    books = [*found]
    return Coverage(
        book="",
        rules=sum((one.rules for one in books), NOTHING),
        conditions=sum((one.conditions for one in books), NOTHING),
        boundaries=sum((one.boundaries for one in books), NOTHING),
        gaps=tuple(gap for one in books for gap in one.gaps),
    )


def _of_book(name: str, rules: Sequence[Rule], cases: Mapping[str, Sequence[Case]]) -> Coverage:
    shares = {"rules": NOTHING, "conditions": NOTHING, "boundaries": NOTHING}
    gaps: list[Gap] = []
    for rule in rules:
        about = cases.get(rule.id, ())
        for part, found in (
            ("rules", _unpaired(rule, about)),
            ("conditions", _untried(rule, about)),
            ("boundaries", _uncrossed(rule, about)),
        ):
            tried = [*found]
            missed = [gap for gap in tried if gap is not None]
            shares[part] += Share(met=len(tried) - len(missed), of=len(tried))
            gaps += missed
    return Coverage(book=name, gaps=tuple(gaps), **shares)


def _unpaired(rule: Rule, cases: Sequence[Case]) -> Iterator[Gap | None]:
    lacking = {True, False} - {case.fires for case in cases}
    how = ["fires" if one else "stays quiet" for one in sorted(lacking, key=bool, reverse=True)]
    words = "no case where it " + " or ".join(how)
    yield Gap(rule=rule, line=rule.line, words=words) if lacking else None


def _untried(rule: Rule, cases: Sequence[Case]) -> Iterator[Gap | None]:
    for place in places(rule):
        ask = place.ask
        lacking = {True, *([False] if _can_fail(ask) else [])} - {
            holds(ask.test, value, ask.field) for value, _ in observed(place, cases)
        }
        how = " or ".join("holds" if one else "fails" for one in sorted(lacking, reverse=True))
        words = f"no case where {_name(place)} {how} while the rest of its pattern holds"
        yield Gap(rule=rule, line=ask.line, words=words, place=place) if lacking else None


def _uncrossed(rule: Rule, cases: Sequence[Case]) -> Iterator[Gap | None]:
    for place in places(rule):
        found = observed(place, cases)
        for boundary in boundaries(place.ask.test, place.ask.field):
            at = {fires for value, fires in found if boundary.is_at(value)}
            beside = {fires for value, fires in found if boundary.is_beside(value)}
            met = any(one is not other for one in at for other in beside)
            yield None if met else _gap(place, boundary)


def _gap(place: Place, boundary: Boundary) -> Gap:
    beside = "another value" if boundary.beside is None else told(boundary.beside)
    words = f"no pair of cases for {_name(place)}: {told(boundary.at)} against {beside}"
    return Gap(rule=place.rule, line=place.ask.line, words=words, place=place, boundary=boundary)


def places(rule: Rule) -> Iterator[Place]:
    """Every ask of a rule, once: alternatives share what stands outside of them."""
    seen: set[tuple[Pattern, bool]] = set()
    for whole in rule.conditions:
        pairs = [(pattern, False) for pattern in whole.patterns]
        pairs += [(absence.pattern, True) for absence in whole.absences]
        for pattern, absent in pairs:
            if (pattern, absent) not in seen:
                seen.add((pattern, absent))
                for ask in pattern.asks:
                    yield Place(rule=rule, pattern=pattern, ask=ask, absent=absent)


def observed(place: Place, cases: Iterable[Case]) -> list[tuple[Input, bool]]:
    """The values of the field in facts that fulfil the rest, and whether the rule fires there."""
    return [
        (fact.values.get(place.ask.field.name, MISSING), bool(case.fires))
        for case in cases
        for fact in case.facts
        if fact.kind == place.pattern.kind and fits(place.pattern, fact, but=place.ask)
    ]


def fits(pattern: Pattern, fact: Fact, *, but: Ask | None = None) -> bool:
    """Whether a fact of its kind fulfils a pattern, one ask left aside."""
    return all(
        ask is but or holds(ask.test, fact.values.get(ask.field.name, MISSING), ask.field)
        for ask in pattern.asks
    )


def _can_fail(ask: Ask) -> bool:
    return not (ask.accepted.everything and (ask.field.required or ask.accepted.missing))


def _name(place: Place) -> str:
    absent = "absent " if place.absent else ""
    return f"{absent}{place.pattern.kind}.{place.ask.field.name} ({place.ask.written})"


def told(value: Input) -> str:
    """A value in words."""
    if value is None or isinstance(value, Missing):
        return "not given"
    written = encode(value)
    return str(written).lower() if isinstance(written, bool) else str(written)
