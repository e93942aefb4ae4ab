"""Reads the slots of templates: each typed by a path through the ontology, or by the caller."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ontology.marked_yaml import Entry, Node
from ontology.record_types import Property, RecordType
from ontology.schema import schema
from ontology.values import Datatype
from rules.diagnostics import Problems, near
from rules.template import HOLDS, Slot
from rules.template_fields import unknown
from rules.template_parts import EXAMPLES, SLOT
from rules.worded import entries, items, shown

ROOTS: Final = (
    "incident",
    "customer",
    "touchpoint",
    "team",
    "region",
    "geofence",
    "platform",
    "segment",
)
"""Where a path may begin: the things of a decision, and the team that answers."""

ORGANISATION: Final[Mapping[str, str]] = MappingProxyType(
    {"name": "text", "contact": "contact", "newsroom": "link"}
)
"""What the brand voice says of the organisation itself, as a path that begins `organisation.`."""

LONGEST_PATH: Final = 4
LONGEST_FALLBACK: Final = 300
PURPOSES: Final = ("personalisation", "contact", "marketing")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_HELD: Final[Mapping[Datatype, str]] = MappingProxyType(
    {
        Datatype.STRING: "text",
        Datatype.BOOLEAN: "flag",
        Datatype.INTEGER: "number",
        Datatype.DECIMAL: "number",
        Datatype.DATE: "day",
        Datatype.DATETIME: "time",
    }
)
_NEVER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "summary": "what a customer told us may be anything; state the situation instead",
        "email": "an address of a customer is never repeated to them",
        "phone": "a number of a customer is never repeated to them",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReader:
    """Reads slots; what is wrong goes to `problems`, and reading goes on."""

    problems: Problems

    def slots(self, entry: Entry | None) -> dict[str, Slot]:
        """The slots of a file or a template, by name."""
        if entry is None:
            return {}
        if entry.value.kind != "mapping":
            self._say(entry.value, "slots are a mapping of names", EXAMPLES["slots"])
            return {}
        found: dict[str, Slot] = {}
        for one in entries(entry.value):
            if not _NAME.fullmatch(one.key):
                reason = "a slot is named in small letters, digits and _, at most 40"
                meant = re.sub(r"[^a-z0-9_]+", "_", one.key.lower()).strip("_") or None
                self.problems.add(one, one.key, reason, nearest=meant, example=EXAMPLES["slots"])
            elif one.key in found:
                self.problems.add(one, one.key, "stands twice; keep one")
            found[one.key] = self._slot(one)
        return found

    def _slot(self, entry: Entry) -> Slot:
        parts = {one.key: one for one in entries(entry.value)}
        if entry.value.kind != "mapping":
            self._say(entry.value, "a slot is a mapping", EXAMPLES["slots"])
        for key, one in parts.items():
            if key not in SLOT:
                meant = near(key, SLOT)
                reason = unknown(key, "a slot", SLOT)
                self.problems.add(one, key, reason, nearest=meant)
        if entry.value.kind == "mapping" and ("from" in parts) == ("stated" in parts):
            reason = (
                "a slot comes from the ontology or is stated by the caller: `from` or `stated`"
            )
            self.problems.add(entry, entry.key, reason, example=EXAMPLES["from"])
        paths, holds, personal = self._paths(parts.get("from"))
        if "stated" in parts:
            holds = self._one_of(parts["stated"], HOLDS, "text")
        return Slot(
            name=entry.key,
            holds=holds,
            paths=paths,
            purpose=self._purpose(entry, parts.get("for"), personal=personal),
            fallback=self._fallback(parts.get("or"), holds),
            why=_line(parts.get("why")) or "",
            example=_line(parts.get("example")),
            line=entry.line,
        )

    def _purpose(self, slot: Entry, entry: Entry | None, *, personal: bool) -> str | None:
        if entry is not None:
            if not personal:
                reason = "says what for, though nothing of it is personal; leave `for` out"
                self.problems.add(entry, shown(entry.value), reason)
            return self._one_of(entry, PURPOSES, "personalisation")
        if personal:
            reason = "is personal; say for what the customer must have agreed to its use"
            self.problems.add(slot, slot.key, reason, example="for: personalisation")
        return None

    def _fallback(self, entry: Entry | None, holds: str) -> str | None:
        if entry is None:
            return "" if holds == "flag" else None
        text = shown(entry.value)
        if holds == "flag":
            self.problems.add(entry, text, "a flag has no words; leave `or` out: it counts as no")
        if len(text) > LONGEST_FALLBACK or "{{" in text or "{%" in text:
            reason = f"is plain words, at most {LONGEST_FALLBACK} characters"
            self.problems.add(entry.value, text, reason, example="or: our team")
        return text

    def _paths(self, entry: Entry | None) -> tuple[tuple[tuple[str, ...], ...], str, bool]:
        """The paths, what they hold, and whether any of it is personal."""
        if entry is None:
            return (), "text", False
        found = [self._path(node) for node in items(entry.value)]
        held = [holds for _, holds, _ in found]
        if any(one != held[0] for one in held):
            told = ", ".join(dict.fromkeys(held))
            self._say(entry.value, f"the paths hold different things: {told}", EXAMPLES["from"])
        return (
            tuple(path for path, _, _ in found),
            held[0] if held else "text",
            any(personal for _, _, personal in found),
        )

    def _path(self, node: Node) -> tuple[tuple[str, ...], str, bool]:
        text = shown(node)
        steps = tuple(text.split("."))
        if steps[0] == "organisation":
            return steps, self._of_organisation(node, steps), False
        if steps[0] not in ROOTS or not 2 <= len(steps) <= LONGEST_PATH:  # noqa: PLR2004 - root and property
            known = (*ROOTS, "organisation")
            meant = near(steps[0], known)
            nearest = ".".join((meant, *steps[1:])) if meant and meant != steps[0] else None
            reason = f"a path begins with one of {', '.join(known)} and names properties"
            self.problems.add(node, text, reason, nearest=nearest, example=EXAMPLES["from"])
            return steps, "text", False
        return steps, *self._walked(node, steps)

    def _of_organisation(self, node: Node, steps: tuple[str, ...]) -> str:
        name = ".".join(steps[1:])
        if name in ORGANISATION:
            return ORGANISATION[name]
        meant = near(name, ORGANISATION)
        reason = f"the organisation has {', '.join(ORGANISATION)}"
        nearest = f"organisation.{meant}" if meant else None
        self.problems.add(node, shown(node), reason, nearest=nearest)
        return "text"

    def _walked(self, node: Node, steps: tuple[str, ...]) -> tuple[str, bool]:
        """What the last property of a path holds, and whether it is personal."""
        kind = schema().kinds[steps[0]]
        for place, step in enumerate(steps[1:], 1):
            prop = kind.properties.get(step)
            if prop is None or (why := _unfit(kind, prop, last=place == len(steps) - 1)):
                self._no_step(node, steps, place, kind, "" if prop is None else str(why))
                return "text", False
            if place == len(steps) - 1:
                return _holds(prop), prop.personal or steps[0] == "customer"
            kind = schema().kinds[prop.refers[0]]
        return "text", False  # pragma: no cover - a path has two steps at least

    def _no_step(
        self, node: Node, steps: tuple[str, ...], place: int, kind: RecordType, why: str
    ) -> None:
        meant = None if why else near(steps[place], kind.properties)
        nearest = ".".join((*steps[:place], meant, *steps[place + 1 :])) if meant else None
        fit = sorted(n for n, p in kind.properties.items() if not _unfit(kind, p, last=True))
        reason = why or f"{kind.label} has no {steps[place]!r}; a slot may hold {', '.join(fit)}"
        self.problems.add(node, shown(node), reason, nearest=nearest, example=EXAMPLES["from"])

    def _one_of(self, entry: Entry, known: Iterable[str], otherwise: str) -> str:
        names, text = [*known], shown(entry.value)
        if text in names:
            return text
        reason = f"is none of {', '.join(names)}"
        self.problems.add(entry.value, text, reason, nearest=near(text, names))
        return otherwise

    def _say(self, node: Node, reason: str, example: str) -> None:
        self.problems.add(node, shown(node), reason, example=example)


def _line(entry: Entry | None) -> str | None:
    """Words on one line."""
    return " ".join(shown(entry.value).split()) if entry is not None else None


def _holds(prop: Property) -> str:
    if prop.term == "publicContact":
        return "contact"
    return _HELD.get(prop.datatype or Datatype.STRING, "text")


def _unfit(kind: RecordType, prop: Property, *, last: bool) -> str | None:
    """Why a property can't be a step of a path; None where it can."""
    if prop.name in _NEVER and prop.personal:
        return _NEVER[prop.name]
    if prop.name not in kind.single:
        return f"{prop.name} may have several values; a slot holds one"
    if last:
        known = prop.datatype in _HELD and prop.form not in {"geojson", "address", "system"}
        return None if known else f"{prop.name} holds no words; go on to its name"
    return None if prop.refers else f"{prop.name} leads nowhere; it ends a path"
