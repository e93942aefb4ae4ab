"""Permits: which fields of an alert may be shown, by role and by agreement; the rest is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from knowledge.graph import Graph
from ontology.events import Json
from ontology.identity import ThingId
from service.sharing import PURPOSE, Terms, terms
from service.values import Span, first, moment

ROLE: Final = "role"
ERASED: Final = "erased"


@dataclass(slots=True, kw_only=True)
class Withheld:
    """The fields that were left out, each with why; in the order in which they were asked for."""

    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, why: str) -> None:
        """Note one field; the first reason stays."""
        self.reasons.setdefault(name, why)

    def json(self) -> list[Json]:
        """The list that the answer carries."""
        return [{"field": name, "why": why} for name, why in self.reasons.items()]


class Permits:
    """What may be shown of things that rely on agreements or consents, at a moment."""

    def __init__(self, graph: Graph, at: datetime) -> None:
        """Judge by this graph."""
        self._graph: Final = graph
        self._at: Final = at
        self._terms: Final[dict[ThingId, Terms | None]] = {}

    def barred(self, thing: ThingId, name: str) -> str | None:
        """Why a field of a thing may not be shown; None where it may.

        What relies on nothing is the organisation's own and may be shown. Else every agreement
        has to be in force, for crisis response, and to permit the field; a consent to stand.
        """
        relied = self._graph.properties(thing).get("reliesOn", ())
        return next((why for one in relied if (why := self._why(ThingId(str(one)), name))), None)

    def _why(self, relied: ThingId, name: str) -> str | None:
        if relied.startswith("consent/"):
            return None if self._stands(relied) else "consent"
        if relied not in self._terms:
            self._terms[relied] = terms(self._graph, relied)
        found = self._terms[relied]
        ended = found is None or found.suspended or not found.span.covers(self._at)
        if found is None or ended or PURPOSE not in found.purposes or name not in found.fields:
            return relied
        return None

    def _stands(self, consent: ThingId) -> bool:
        properties = self._graph.properties(consent)
        withdrawn = moment(first(properties, "withdrawnAt"))
        given = bool(properties) and Span.of(properties, "validFrom", "validUntil").covers(
            self._at
        )
        return given and (withdrawn is None or self._at < withdrawn)

    def shown(
        self,
        thing: ThingId,
        fields: Mapping[str, str],
        path: str,
        withheld: Withheld,
    ) -> dict[str, Json]:
        """The fields of a thing that may be shown; `fields` maps what JSON calls them to terms.

        A field that nobody filled in is neither shown nor withheld.
        """
        properties = self._graph.properties(thing)
        found: dict[str, Json] = {}
        for name, term in fields.items():
            value = first(properties, term)
            if value is None:
                continue
            if (why := self.barred(thing, term)) is not None:
                withheld.add(f"{path}.{name}", why)
            elif isinstance(value, bool | int | float | str):
                found[name] = value
        return found


def hide(names: Iterable[str], withheld: Withheld, why: str) -> None:
    """Note several fields for one reason."""
    for name in names:
        withheld.add(name, why)
