"""How a file of measurements is read: what its columns, words, scales, times and numbers mean."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from knowledge.measures.observation_forms import Kind
from knowledge.measures.observation_kinds import INSTRUMENTS
from knowledge.measures.observation_rows import ID
from loaders.journey_map import folded
from loaders.source_rows import SourceInvalid
from ontology.marked_reader import FileInvalid, Keys, MarkedReader, root
from ontology.marked_yaml import Entry, Node, quoted

Decimal: TypeAlias = Literal["plain", "point", "comma"]
_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ID: "id, response id, row id, answer id",
        "subject": "subject, customer, customer id, respondent, employee, person",
        "at": "at, time, timestamp, date, answered at, sent at",
        "score": "score, rating, answer",
        "instrument": "instrument, survey, question",
        "comment": "comment, verbatim, feedback",
        "text": "text, reply, body",
        "since": "since, customer since, joined",
        "until": "until, left, ended",
        "observed_until": "observed until, as of",
        "churned": "churned, churn, has left",
        "case": "case, case id, ticket, ticket id",
        "opened": "opened, opened at, created at",
        "resolved": "resolved, resolved at, closed at, solved at",
        "first_reply": "first reply, first reply at, answered first",
    }
)
_KEYS: Final = Keys(
    optional=("system", "zone", "decimal", "dates", "columns", "constants", "values", "scales")
)
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_LONGEST_SYSTEM: Final = 80
_TRIED: Final = datetime(2026, 11, 23, 17, 45, 9)  # noqa: DTZ001 - only how it is written counts
_PAIR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationMap:
    """What a file's own words mean.

    `system` is whose keys name people. `zone` is where times without offset were written down;
    without it they are rejected. `dates` are forms of `strptime`, tried in turn after ISO 8601.
    `columns` maps headers to columns, `constants` gives what the file leaves out, `values` maps
    words of a column, `scales` says on which scale each instrument was answered, easiest last.
    """

    system: str = "zendesk"
    zone: ZoneInfo | None = None
    decimal: Decimal = "plain"
    dates: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    constants: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    scales: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))

    def fields(self, kind: Kind, header: tuple[str, ...]) -> Mapping[str, str]:
        """The headers that mean something, each with its column.

        Raises:
            SourceInvalid: a needed column has no header, or a column has two.
        """
        known = dict(_known(kind)) | {folded(one): name for one, name in self.columns.items()}
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
        for one in kind.columns:
            if one.needed and one.name not in found.values() and one.name not in self.constants:
                raise SourceInvalid(
                    f"no column for {one.name} among {', '.join(header)[:200]!r}; call one of "
                    f"them {one.name!r}, name it in the map like "
                    f"columns: {{my header: {one.name}}}, or give it in constants"
                )
        return found


def _known(kind: Kind) -> Iterator[tuple[str, str]]:
    for name in (ID, *(one.name for one in kind.columns)):
        for alias in _ALIASES.get(name, name).split(","):
            yield folded(alias), name


def read_map(path: Path, kind: Kind) -> ObservationMap:
    """Read a map in YAML; every key may be left out.

    Raises:
        SourceInvalid: it is no map; all mistakes are told, each with its line and column.
        OSError: it can't be read.
    """
    try:
        node = root(path.read_text("utf-8"), path.name)
        reader = _Reader(kind)
        found = reader.map(node)
        reader.finish(path.name)
    except UnicodeDecodeError as error:
        raise SourceInvalid(f"{path.name}:1: is not UTF-8") from error
    except FileInvalid as error:
        raise SourceInvalid(str(error)) from error
    return found


class _Reader(MarkedReader):
    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._names: Final = (ID, *(one.name for one in kind.columns))

    def map(self, node: Node) -> ObservationMap:
        keys = self.keyed(node, _KEYS)
        return ObservationMap(
            system=self._system(keys.get("system")),
            zone=self._zone(keys.get("zone")),
            decimal=self._decimal(keys.get("decimal")),
            dates=tuple(self._dates(keys.get("dates"))),
            columns={
                folded(one.key): self.text(one.value)
                for one in self.parts(keys.get("columns"))
                if self._named(one.value, self.text(one.value))
            },
            constants={
                one.key: self._plain(one.value)
                for one in self.parts(keys.get("constants"))
                if self._named(one, one.key)
            },
            values=dict(self._values(keys.get("values"))),
            scales=dict(self._scales(keys.get("scales"))),
        )

    def _named(self, where: Node | Entry, name: str) -> bool:
        if name and name not in self._names:
            near = get_close_matches(name[:80], self._names, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"write {', '.join(self._names)}"
            self.say(where, f"{quoted(name)} is no column; {hint}")
        return name in self._names

    def _plain(self, node: Node) -> str:
        if isinstance(node.value, bool | int):
            return str(node.value).lower()
        return self.text(node)

    def _system(self, node: Node | None) -> str:
        found = self.text(node) or ObservationMap().system
        if node is not None and (len(found) > _LONGEST_SYSTEM or not found.isprintable()):
            self.say(node, f"{quoted(found)} is no name of a system; write zendesk")
        return found

    def _zone(self, node: Node | None) -> ZoneInfo | None:
        if node is None:
            return None
        try:
            return ZoneInfo(self.text(node))
        except (KeyError, ValueError, OSError):
            self.say(node, f"{quoted(node.value)} is no time zone; write one like Europe/Berlin")
            return None

    def _decimal(self, node: Node | None) -> Decimal:
        found = self.text(node)
        if found == "comma":
            return "comma"
        if found == "point":
            return "point"
        if node is not None and found:
            self.say(node, f"{quoted(found)} parts no decimals; write comma or point")
        return "plain"

    def _dates(self, node: Node | None) -> Iterator[str]:
        for form in self.texts(node):
            try:
                datetime.strptime(_TRIED.strftime(form), form)  # noqa: DTZ007 - a try
            except ValueError:
                if node is not None:
                    self.say(node, f"{quoted(form)} is no form of a date; write %d.%m.%Y %H:%M")
            else:
                yield form

    def _values(self, node: Node | None) -> Iterator[tuple[str, Mapping[str, str]]]:
        for column in self.parts(node):
            if self._named(column, column.key):
                pairs = self.parts(column.value)
                yield column.key, {folded(one.key): self._plain(one.value) for one in pairs}

    def _scales(self, node: Node | None) -> Iterator[tuple[str, tuple[float, float]]]:
        for one in self.parts(node):
            parts = one.value.value if isinstance(one.value.value, tuple) else ()
            ends = [n.value for n in parts if isinstance(n, Node) and type(n.value) is int]
            if one.key not in INSTRUMENTS:
                self.say(one, f"{quoted(one.key)} is none of {', '.join(INSTRUMENTS)}")
            elif len(parts) != _PAIR or len(ends) != _PAIR or ends[0] == ends[1]:
                self.say(one, "write the answers from worst to best, like ces: [1, 5]")
            else:
                yield one.key, (float(ends[0]), float(ends[1]))
