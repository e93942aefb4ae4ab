"""Case tables: given facts and what is wanted of them, read from YAML, all mistakes at once."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from ontology.facts import Catalogue, Fact, FactInvalid, Origin
from ontology.facts import catalogue as shipped
from ontology.marked_yaml import Entry, Node, YamlInvalid, parse
from rules.case import Case
from rules.diagnostics import Diagnostic, Invalid, Problems, near
from rules.parts import CASE, CASE_NEEDS, CASES
from rules.unary import TestInvalid, value
from rules.want_reader import Wants
from rules.worded import entries, items, shown

MOST_REMEMBERED: Final = 64
"""Tables that are kept once read: a policy that changes mostly changes one of them."""
FIRES: Final = "fires"
QUIET: Final = "stays quiet"
AT: Final = datetime(2026, 10, 1, 9, tzinfo=UTC)
"""The moment of a case that names none: a Thursday morning."""

_EXAMPLE: Final = (
    "- {note: A tenfold hour, rule: surge, given: {spread: {window: PT1H, excess: 10, "
    "volume: 80}}, want: fires}"
)


class CasesInvalid(Invalid):
    """A case table cannot be read."""


def read_cases(text: str, *, file: str, catalogue: Catalogue) -> tuple[Case, ...]:
    """Read one table; nothing where it was read before.

    Raises:
        CasesInvalid: all that is wrong, each with line and column.
    """
    if catalogue is shipped():
        return _remembered(text, file)
    return _read(text, file, catalogue)


@lru_cache(maxsize=MOST_REMEMBERED)
def _remembered(text: str, file: str) -> tuple[Case, ...]:
    return _read(text, file, shipped())


def _read(text: str, file: str, catalogue: Catalogue) -> tuple[Case, ...]:
    problems = Problems(file)
    try:
        root = parse(text)
    except YamlInvalid as error:
        raise CasesInvalid([_broken(error, file)]) from error
    cases = _Reader(catalogue, problems).table(root)
    if problems.found:
        raise CasesInvalid(problems.found)
    return cases


class _Reader:
    """Reads one table; what is wrong goes to `problems`, and reading goes on."""

    def __init__(self, catalogue: Catalogue, problems: Problems) -> None:
        self._catalogue = catalogue
        self._problems = problems
        self._wants = Wants(catalogue=catalogue, problems=problems)

    def table(self, root: Node) -> tuple[Case, ...]:
        written = self._parts(root, CASES, CASES).get("cases")
        if written is None or written.value.kind != "list":
            self._problems.add(root, "cases", "is a list of cases", example=_EXAMPLE)
            return ()
        return tuple(self._case(node) for node in items(written.value))

    def _case(self, node: Node) -> Case:
        parts = self._parts(node, CASE, CASE_NEEDS)
        rule, want = parts.get("rule"), parts.get("want")
        self._judged(parts.get("judge"))
        about_rule = rule is not None and want is not None
        shows = want is not None and (rule is None or want.value.kind == "mapping")
        return Case(
            note=_text(parts.get("note")),
            facts=self._facts(parts.get("given")),
            at=self._moment(parts.get("at")),
            rule=_text(rule) or None,
            fires=self._fires(want.value) if about_rule and want is not None else None,
            want=self._wants.shows(want if shows else None),
            without=self._wants.lacks(parts.get("without")),
            line=node.line,
        )

    def _judged(self, entry: Entry | None) -> None:
        """Refuse a case that a machine proposed and nobody has judged yet."""
        if entry is not None:
            reason = "this case waits for a person: judge it, then take this line out"
            self._problems.add(entry, f"judge: {shown(entry.value)}", reason)

    def _fires(self, node: Node) -> bool:
        if node.kind == "mapping":
            return True  # what a rule brings about shows only where it fires
        if node.value not in {FIRES, QUIET}:
            near_to = near(shown(node), (FIRES, QUIET))
            self._problems.add(node, shown(node), f"is {FIRES} or {QUIET}", nearest=near_to)
        return node.value == FIRES

    def _facts(self, entry: Entry | None) -> tuple[Fact, ...]:
        found: list[Fact] = []
        if entry is not None:
            self._mapping(entry.value, "given is a mapping of facts, by kind")
        for kind in entries(entry.value) if entry is not None else ():
            for place, node in enumerate(items(kind.value)):
                found += self._fact(kind, node, place)
        return tuple(found)

    def _mapping(self, node: Node, reason: str) -> None:
        if node.kind != "mapping" and node.value is not None:
            example = "given: {spread: {window: PT1H, excess: 4.5}}"
            self._problems.add(node, shown(node), reason, example=example)

    def _fact(self, kind: Entry, node: Node, place: int) -> list[Fact]:
        shape = self._catalogue.kinds.get(kind.key)
        fields = shape.fields if shape is not None else {}
        values: dict[str, object] = {}
        self._mapping(node, "a fact is a mapping of its fields")
        for entry in entries(node):
            try:
                values[entry.key] = value(_scalar(entry.value), fields[entry.key])
            except KeyError:
                values[entry.key] = None  # the catalogue says below which names there are
            except TestInvalid as error:
                self._problems.add(
                    entry.value, error.offending, error.reason, nearest=error.nearest
                )
                return []
        origin = Origin(source="request", ref=f"/{kind.key}/{place}")
        try:
            return [self._catalogue.fact(kind.key, values, origin)]
        except FactInvalid as error:
            for name, words in error.errors.items():
                self._problems.add(node, name or kind.key, words)
            return []

    def _moment(self, entry: Entry | None) -> datetime:
        text = _text(entry)
        try:
            moment = datetime.fromisoformat(text) if entry is not None else AT
        except ValueError:
            moment = datetime.min  # noqa: DTZ901 - stands for "none", replaced right below
        if entry is not None and moment.tzinfo is None:
            example = "at: 2026-10-01T09:00:00Z"
            self._problems.add(entry.value, text, "no time with offset", example=example)
            return AT
        return moment.astimezone(UTC)

    def _parts(
        self, node: Node, known: Iterable[str], required: Iterable[str]
    ) -> Mapping[str, Entry]:
        found: dict[str, Entry] = {}
        for entry in entries(node):
            if entry.key in found or entry.key not in known:
                reason = f"no part here, or twice; there are {', '.join(known)}"
                self._problems.add(entry, entry.key, reason, nearest=near(entry.key, known))
            found.setdefault(entry.key, entry)
        for name in required:
            if name not in found:
                self._problems.add(node, name, "is missing", example=_EXAMPLE)
        return found


def _scalar(node: Node) -> str | int | bool:
    if isinstance(node.value, str | int | bool):
        return node.value
    raise TestInvalid(shown(node), "a given fact has one value a field")


def _text(entry: Entry | None) -> str:
    return shown(entry.value) if entry is not None else ""


def _broken(error: YamlInvalid, file: str) -> Diagnostic:
    return Diagnostic(
        file=file, line=error.line, column=error.column, offending="", reason=str(error)
    )
