"""Books of any size to measure with: rules about one kind, every other one about two.

The thresholds of a kind rise rule by rule, within what its field allows, so that the same facts
fit the first two rules of each kind, however many there are.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ontology.facts import Fact, Origin, catalogue

Facts = Mapping[str, Mapping[str, Any]]

_MATCHED: Final = 2
_A_BOOK: Final = 200
_ORIGIN: Final = Origin(source="request", ref="/facts")
_REASON: Final = "A rule among many, made to be measured and not to be followed."


class Asked(NamedTuple):
    """One test of a rule; `sign` is = or >=."""

    kind: str
    field: str
    sign: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A number that is asked for with rising thresholds, and a field that has to be one of a few.

    After `steps` thresholds the next of the `others` is asked for, and the thresholds begin anew.
    """

    number: str
    step: float
    steps: int
    other: str
    others: tuple[Any, ...]

    def at(self, place: int) -> tuple[Any, float]:
        return self.others[place // self.steps], round((place % self.steps + 1) * self.step, 4)


_MANY: Final = 1_000
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KINDS: Final[Mapping[str, _Kind]] = {
    name: _Kind(number=number, step=step, steps=steps, other=other, others=others)
    for name, number, step, steps, other, others in (
        ("incident", "customers_affected", 10, _MANY, "phase", ("open",)),
        ("spread", "volume", 20, _MANY, "window", ("PT1H",)),
        ("signal", "reach", 100, _MANY, "judged", (True,)),
        ("customer", "contacts_week", 1, _MANY, "vulnerable", (True,)),
        ("team", "load", 0.25, _MANY, "id", ("team/a",)),
        ("platform", "minutes_to_exhaustion", 5, _MANY, "status", ("available",)),
        ("coverage", "unjudged_share", 0.004, 250, "customer_records", ("available",)),
        ("calendar", "time_zones", 1, 40, "weekday", _DAYS),
        ("progress", "unanswered", 3, _MANY, "known", (True,)),
        ("feed", "sampling_rate", 0.004, 250, "status", ("live",)),
    )
}


def rules(number: int) -> dict[str, list[Asked]]:
    """So many rules, at most 2,500, by name."""
    names = [*_KINDS]
    made: dict[str, list[Asked]] = {}
    for at in range(number):
        name = names[at % len(names)]
        kind = _KINDS[name]
        value, least = kind.at(at // len(names))
        asked = [Asked(name, kind.other, "=", value), Asked(name, kind.number, ">=", least)]
        if at % 2:
            near = names[(at + 1) % len(names)]
            asked.append(Asked(near, _KINDS[near].other, "=", _KINDS[near].others[0]))
        made[f"rule-{at}"] = asked
    return made


def facts() -> dict[str, dict[str, Any]]:
    """One fact a kind; each fits the first two rules of its kind."""
    made = {}
    for name, kind in _KINDS.items():
        value, least = kind.at(_MATCHED - 1)
        checked = catalogue().fact(name, {kind.number: least, kind.other: value}, _ORIGIN)
        made[name] = dict(checked.values)
    return made


def typed(given: Facts) -> list[Fact]:
    """The facts as attune has them."""
    return [Fact(kind=kind, values=values, origins=()) for kind, values in given.items()]


def holds(asked: Asked, given: Facts) -> bool:
    """Whether one test holds of the facts."""
    value = given[asked.kind][asked.field]
    return bool(value == asked.value if asked.sign == "=" else value >= asked.value)


def book(made: Mapping[str, Sequence[Asked]], name: str = "bench") -> str:
    """The rules as the text of a book."""
    lines = [f"book: {name}", "stratum: require", "owner: team/crisis-office", "rules:"]
    for rule, asked in made.items():
        lines += [f"  - id: {rule}", f"    reason: {_REASON}", '    covers: ["1.1"]', "    when:"]
        lines += [f"      {kind}: {{{tests}}}" for kind, tests in _when(asked).items()]
        lines += ["    then:", "      - forbid: [denial]"]
    return "\n".join([*lines, ""])


def cases(made: Mapping[str, Sequence[Asked]]) -> str:
    """The table of such a book: each rule fires at its threshold, and stays quiet just below."""
    lines = ["cases:"]
    for rule, asked in made.items():
        for want, below in (("fires", 0), ("stays quiet", 1)):
            lines += [
                f"  - rule: {rule}",
                f"    note: The number is {below} step below",
                "    given:",
            ]
            lines += [f"      {kind}: {{{told}}}" for kind, told in _given(asked, below).items()]
            lines += [f"    want: {want}"]
    return "\n".join([*lines, ""])


def bundle(number: int) -> dict[str, str]:
    """So many rules in books of two hundred, each with its table, by their names in a bundle."""
    made, files = [*rules(number).items()], {}
    for first in range(0, number, _A_BOOK):
        some, name = dict(made[first : first + _A_BOOK]), f"bench-{first // _A_BOOK}"
        files[f"rules/books/{name}.yaml"] = book(some, name)
        files[f"rules/books/{name}.cases.yaml"] = cases(some)
    return files


def _when(asked: Sequence[Asked]) -> dict[str, str]:
    kinds = {one.kind: {"id": "-"} if one.kind == "team" else {} for one in asked}
    for one in asked:
        kinds[one.kind][one.field] = ("at least " if one.sign == ">=" else "") + _text(one.value)
    return {kind: _pairs(tests.items()) for kind, tests in kinds.items()}


def _given(asked: Sequence[Asked], below: int) -> dict[str, str]:
    kinds: dict[str, dict[str, str]] = {one.kind: {} for one in asked}
    for one in asked:
        step = _KINDS[one.kind].step * below if one.sign == ">=" else 0
        value = one.value if not step else round(one.value - step, 4)
        kinds[one.kind][one.field] = _text(value)
    return {kind: _pairs(values.items()) for kind, values in kinds.items()}


def _pairs(items: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name}: {text}" for name, text in items)


def _text(value: object) -> str:
    return json.dumps(value) if not isinstance(value, str) else value
