"""The file of an audit: one line a result, a mark after each batch, from which it goes on."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from ontology.events import Json
from ontology.shape_engines import GateEngine

Row = dict[str, Json]
_HEAD: Final = "audit"
_MARK: Final = "judged"


class AuditRefused(ValueError):
    """An audit can't go on in a file; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is audited: the graph after which event, by which policy's shapes, as of when."""

    sequence: int
    policy: str
    engine: GateEngine
    types: tuple[str, ...]
    at: datetime

    def row(self) -> Row:
        """The plan as the first line of a file says it."""
        types: list[Json] = [*self.types]
        return {
            "sequence": self.sequence,
            "policy": self.policy,
            "engine": self.engine.value,
            "types": types,
            "at": self.at.isoformat(),
        }


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was found so far."""

    judged: int = 0
    shapes: Counter[tuple[str, str]] = field(default_factory=Counter)
    differing: int = 0
    unjudged: int = 0

    def add(self, row: Mapping[str, object]) -> None:
        """Count one line of the file."""
        if "shape" in row:
            self.shapes[str(row["severity"]), str(row["shape"])] += 1
        self.differing += "differ" in row
        self.unjudged += "fault" in row
        self.judged = int(str(row.get(_MARK, self.judged)))

    @property
    def violations(self) -> int:
        """How many results would refuse."""
        return sum(n for (severity, _), n in self.shapes.items() if severity == "Violation")

    def json(self) -> Row:
        """The tally as an object, the most frequent shapes first."""
        shapes: list[Json] = [
            {"shape": shape, "severity": severity, "results": count}
            for (severity, shape), count in self.shapes.most_common()
        ]
        return {
            "judged": self.judged,
            "violations": self.violations,
            "differing": self.differing,
            "unjudged": self.unjudged,
            "shapes": shapes,
        }


def line(row: Mapping[str, Json]) -> str:
    """One line of the file."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def mark(judged: int) -> Row:
    """The line after a batch: how many things stand judged."""
    return {_MARK: judged}


def begin(path: Path, plan: Plan) -> tuple[Plan, Tally]:
    """The plan to follow and what was found: those of a file that was begun, or a fresh start.

    What stands after the last mark of a file is cut off.

    Raises:
        AuditRefused: it is no file of an audit, or one of another policy, engine or types.
    """
    tally = Tally()
    if not path.exists() or not path.stat().st_size:
        path.write_text(line({_HEAD: plan.row()}), encoding="utf-8")
        return plan, tally
    begun, kept = _begun(path, plan), 0
    with path.open("rb") as file:
        waiting: list[Mapping[str, object]] = []
        while (row := _parsed(file.readline())) is not None:
            waiting.append(row)
            if _MARK in row or _HEAD in row:
                kept = file.tell()
                for one in waiting:
                    tally.add(one)
                waiting.clear()
    with path.open("rb+") as file:
        file.truncate(kept)
    return begun, tally


def _begun(path: Path, plan: Plan) -> Plan:
    """The plan of a file, if it differs from the wanted one in the moment only."""
    with path.open("rb") as file:
        head = (_parsed(file.readline()) or {}).get(_HEAD)
    if not isinstance(head, Mapping):
        raise AuditRefused(f"{path} is no file of an audit; name another one")
    begun = replace(
        plan, sequence=int(str(head["sequence"])), at=datetime.fromisoformat(str(head["at"]))
    )
    if begun.row() != dict(head):
        wanted = ", ".join(n for n, value in begun.row().items() if head.get(n) != value)
        raise AuditRefused(f"{path} was begun with another {wanted}; name another file")
    return begun


def _parsed(text: bytes) -> Mapping[str, object] | None:
    """One line, None where it is not whole."""
    try:
        row = json.loads(text) if text.endswith(b"\n") else None
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
