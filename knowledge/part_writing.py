"""Writing a part: recorded decisions become rows, and each distinct fact is kept once."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from knowledge.decision_parts import NAMED, Part, decisions_table, facts_table
from ontology.events import Event, Json
from ontology.facts import Catalogue, FactInvalid, Origin
from ontology.outcomes import outcome_text, rules_of
from ontology.values import Value

WHOLE: Final = "whole"
ERASED: Final = "erased"
UNREADABLE: Final = "unreadable"
_ORIGIN: Final = Origin(source="event", ref="")
_SPEAKS: Final = ("request", "customer", "signal")


class PartWriter:
    """Gathers decisions into one part."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Facts have to fit these kinds."""
        self._catalogue: Final = catalogue
        self._rows: Final[list[dict[str, Any]]] = []
        self._kinds: Final[dict[str, list[Mapping[str, Value]]]] = {}
        self._known: Final[dict[tuple[str, bytes], int | None]] = {}

    def add(self, event: Event) -> None:
        """Add a `decision.made`; one that can't be read keeps its place and says so."""
        data = event.data
        named = data.get("request")
        row: dict[str, Any] = {
            "sequence": event.sequence,
            "id": event.id,
            "at": event.occurred_at,
            "state": ERASED if event.erased else WHOLE,
            "policy": data.get("policy"),
            "tier": data.get("tier"),
            "team": data.get("team"),
            "subject": event.personal.get("facts"),
            "rules": [],
            "facts": [],
        }
        if isinstance(named, dict):
            row |= {name: named[name] for name in NAMED if name in named}
        if not event.erased:
            try:
                row |= self._content(data)
            except (FactInvalid, KeyError, TypeError, ValueError, AttributeError):
                row |= {"state": UNREADABLE, "rules": [], "facts": []}
        self._rows.append(row)

    @property
    def rows(self) -> int:
        """How many were added."""
        return len(self._rows)

    @property
    def last(self) -> int:
        """The sequence of the last that was added, 0 for none."""
        return int(self._rows[-1]["sequence"]) if self._rows else 0

    def part(self) -> Part:
        """All that was added."""
        kinds = sorted(self._kinds)
        starts, at = {}, 0
        for kind in kinds:
            starts[kind] = at
            at += len(self._kinds[kind])
        rows = ({**r, "facts": [starts[k] + n for k, n in r["facts"]]} for r in self._rows)
        return Part(
            decisions=decisions_table(rows),
            facts={k: facts_table(self._catalogue.kinds[k], self._kinds[k]) for k in kinds},
        )

    def _content(self, data: Mapping[str, Json]) -> dict[str, Any]:
        shown, facts = data["decision"], data["facts"]
        if not (isinstance(shown, dict) and isinstance(facts, list)):
            raise TypeError("a recorded decision holds an object and a list of facts")
        read = [one for one in facts if isinstance(one, dict)]
        return {
            "semantics": str(shown["semantics"]),
            "outcome": outcome_text(shown),
            "rules": rules_of(shown),
            "facts": sorted({self._number(one) for one in read}),
            "segment": _first(read, ("customer",), "segment"),
            "language": _first(read, _SPEAKS, "language"),
        }

    def _number(self, stored: Mapping[str, Json]) -> tuple[str, int]:
        """The kind of a fact, and its number among those of its kind."""
        kind, values = str(stored["kind"]), stored["values"]
        key = kind, orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
        number = self._known.get(key)
        if number is None:
            fact = self._catalogue.fact(kind, dict(values), _ORIGIN)  # type: ignore[arg-type]  # else TypeError
            rows = self._kinds.setdefault(kind, [])
            number = self._known[key] = len(rows)
            rows.append(fact.values)
        return kind, number


def _first(facts: Iterable[Mapping[str, Json]], kinds: tuple[str, ...], field: str) -> str | None:
    """The first value of a field that facts of these kinds have, kind by kind."""
    rows = [*facts]
    for kind in kinds:
        for one in rows:
            values = one["values"]
            if one["kind"] == kind and isinstance(values, dict) and field in values:
                return str(values[field])
    return None
