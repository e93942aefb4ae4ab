"""How a journey log is read: which column means what, whose names mean which touchpoint."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.journeys.steps import Outcome
from loaders.source_rows import SourceInvalid
from ontology.identity import IdentityInvalid, ThingId, kind_of, thing_id
from ontology.marked_reader import FileInvalid, Keys, MarkedReader, root
from ontology.marked_yaml import Node, quoted

FIELDS: Final = ("journey", "touchpoint", "time", "outcome", "harm", "sentiment")
"""What a contact may say; the first three it must."""
NEEDED: Final = FIELDS[:3]
OUTCOMES: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "complaint": Outcome.COMPLAINT,
        "churn": Outcome.CHURN,
        "resolved": Outcome.RESOLVED,
        "none": Outcome.NONE,
    }
)
_HEADERS: Final = {
    "journey": "journey, journey id, customer, customer id, customer number, contact id",
    "touchpoint": "touchpoint, touchpoint id, channel, station, step",
    "time": "time, at, timestamp, happened at, occurred at, date",
    "outcome": "outcome, result, ended",
    "harm": "harm, harmed, hurt",
    "sentiment": "sentiment, sentiment score, tone",
}
_KEYS: Final = Keys(optional=("system", "zone", "columns", "touchpoints", "outcomes"))
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_LONGEST_SYSTEM: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyMap:
    """What a log's own words mean.

    `system` is whose keys name the journeys. `zone` is where times without offset were written
    down; without it they are rejected. `columns` maps headers to `FIELDS`, `touchpoints` names to
    ids, `outcomes` words to outcomes; case, and spaces around, do not count.
    """

    system: str = "crm"
    zone: ZoneInfo | None = None
    columns: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    touchpoints: Mapping[str, ThingId] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: OUTCOMES)

    def fields(self, header: tuple[str, ...]) -> Mapping[str, str]:
        """The headers that mean something, each with its field.

        Raises:
            SourceInvalid: a needed field has no column, or a field has two.
        """
        known = {
            folded(alias): name for name, row in _HEADERS.items() for alias in row.split(",")
        } | {folded(title): name for title, name in self.columns.items()}
        found: dict[str, str] = {}
        for title in header:
            name = known.get(folded(title))
            if name in found.values():
                first = next(one for one, other in found.items() if other == name)
                raise SourceInvalid(
                    f"the columns {first!r} and {title!r} both mean {name}; leave one out, or "
                    f"say in the map's columns what {title!r} is"
                )
            if name is not None:
                found[title] = name
        for name in NEEDED:
            if name not in found.values():
                raise SourceInvalid(
                    f"no column for {name} among {', '.join(header)[:200]!r}; call one of them "
                    f"{_HEADERS[name].split(',')[0]!r}, or name it in the map like "
                    f"columns: {{my header: {name}}}"
                )
        return found


def folded(text: str) -> str:
    """A name without case, and with one space where it has several.

    >>> folded(" Help  LINE ")
    'help line'
    """
    return " ".join(text.replace("_", " ").casefold().split())


def read_map(path: Path) -> JourneyMap:
    """Read a map in YAML; every key may be left out.

    Raises:
        SourceInvalid: it is no map; all mistakes are told, each with its line and column.
        OSError: it can't be read.
    """
    try:
        text = path.read_text("utf-8")
        node = root(text, path.name)
    except UnicodeDecodeError as error:
        raise SourceInvalid(f"{path.name}:1: is not UTF-8") from error
    except FileInvalid as error:
        raise SourceInvalid(str(error)) from error
    reader = _Reader()
    found = reader.map(node)
    try:
        reader.finish(path.name)
    except FileInvalid as error:
        raise SourceInvalid(str(error)) from error
    return found


class _Reader(MarkedReader):
    def map(self, node: Node) -> JourneyMap:
        keys = self.keyed(node, _KEYS)
        system = self.text(keys.get("system")) or JourneyMap().system
        if len(system) > _LONGEST_SYSTEM or not system.isprintable():
            self.say(keys["system"], f"{quoted(system)} is no name of a system; write crm")
        return JourneyMap(
            system=system,
            zone=self._zone(keys.get("zone")),
            columns=dict(self._columns(keys.get("columns"))),
            touchpoints=dict(self._touchpoints(keys.get("touchpoints"))),
            outcomes={**OUTCOMES, **dict(self._outcomes(keys.get("outcomes")))},
        )

    def _zone(self, node: Node | None) -> ZoneInfo | None:
        if node is None:
            return None
        try:
            return ZoneInfo(self.text(node))
        except (KeyError, ValueError, OSError):
            self.say(node, f"{quoted(node.value)} is no time zone; write one like Europe/Berlin")
            return None

    def _columns(self, node: Node | None) -> Iterator[tuple[str, str]]:
        for entry in self.parts(node):
            name = self.text(entry.value)
            if name in FIELDS:
                yield entry.key, name
            elif name:
                self.say(entry.value, f"{quoted(name)} is no field; {_near(name, FIELDS)}")

    def _touchpoints(self, node: Node | None) -> Iterator[tuple[str, ThingId]]:
        for entry in self.parts(node):
            text = self.text(entry.value)
            try:
                thing = thing_id(text)
            except IdentityInvalid:
                thing = None
            if thing is not None and kind_of(thing) == "touchpoint":
                yield folded(entry.key), thing
            elif text:
                self.say(
                    entry.value,
                    f"{quoted(text)} is no touchpoint; write an id like touchpoint/help-line",
                )

    def _outcomes(self, node: Node | None) -> Iterator[tuple[str, Outcome]]:
        for entry in self.parts(node):
            name = self.text(entry.value)
            if name in OUTCOMES:
                yield folded(entry.key), OUTCOMES[name]
            elif name:
                self.say(
                    entry.value, f"{quoted(name)} is no outcome; {_near(name, tuple(OUTCOMES))}"
                )


def _near(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name[:80], known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"write {', '.join(known)}"
