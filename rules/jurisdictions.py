"""The jurisdiction table: what of an apology the law of a place protects, and who verified it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from ontology.facts import Catalogue
from ontology.identity import IdentityInvalid, kind_of, thing_id
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Node, quoted
from rules.diagnostics import near

FILE: Final = "rules/jurisdictions.yaml"
UNVERIFIED: Final = "unverified"
EXAMPLE: Final = "{code: CA-ON, name: Ontario, protects: full, says: …, source: Apology Act, 2009}"

_ROW: Final = Keys(
    required=("code", "name", "protects", "says", "source"),
    optional=("verified", "facts", "limits"),
)
_CODE: Final = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Who of legal read the source, and when."""

    by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """One place: `protects` is what its law says, `protection` what may be relied on.

    `facts`: whether statements of fact within an apology are protected, None where the row does
    not say; `limits` are the proceedings that the law does not reach.
    """

    code: str
    name: str
    protects: str
    says: str
    source: str
    verified: Verified | None
    facts: bool | None = None
    limits: str = ""

    @property
    def protection(self) -> str:
        """What may be relied on: `unverified` until somebody has verified the row."""
        return self.protects if self.verified is not None else UNVERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdictions:
    """The rows by code."""

    rows: Mapping[str, Jurisdiction] = field(default_factory=dict)

    def of(self, code: str) -> Jurisdiction | None:
        """The row of a place, or of its country; None where there is neither.

        >>> Jurisdictions().of("US-NY") is None
        True
        """
        return self.rows.get(code) or self.rows.get(code.partition("-")[0])


def read(text: str, catalogue: Catalogue, *, file: str = FILE) -> Jurisdictions:
    """Read a table; `file` is only named in errors.

    Raises:
        FileInvalid: all mistakes, each with its place.
    """
    reader = _Reader(catalogue.kinds["region"].fields["apology"].allowed)
    rows = reader.rows(root(text, file))
    reader.finish(file)
    return Jurisdictions(rows=MappingProxyType(rows))


class _Reader(MarkedReader):
    """Reads the rows; what is wrong is noted and read as if it were left out."""

    def __init__(self, protections: tuple[str, ...]) -> None:
        super().__init__()
        self._protections = tuple(one for one in protections if one != UNVERIFIED)

    def rows(self, node: Node) -> dict[str, Jurisdiction]:
        given = self.keyed(node, Keys(required=("jurisdictions",)))
        listed = given.get("jurisdictions")
        if listed is None:
            return {}
        if listed.kind != "list" or not isinstance(listed.value, tuple):
            self.say(listed, f"a {listed.kind} stands where a list belongs, like [{EXAMPLE}]")
            return {}
        found: dict[str, Jurisdiction] = {}
        for item in listed.value:
            row = self._row(item) if isinstance(item, Node) else None
            if row is not None and row.code in found:
                self.say(item, f"{quoted(row.code)} has a row already")
            elif row is not None:
                found[row.code] = row
        return found

    def _row(self, node: Node) -> Jurisdiction | None:
        given = self.keyed(node, _ROW)
        if set(_ROW.required) - set(given):
            return None
        code, protects = self.text(given["code"]), self.text(given["protects"])
        if not _CODE.fullmatch(code):
            self.say(given["code"], f"{quoted(code)} is no code of a place; valid: CA-ON")
        if protects not in self._protections:
            meant = near(protects, self._protections)
            hint = f"; did you mean {meant!r}?" if meant else ""
            words = f"{quoted(protects)} is none of {', '.join(self._protections)}{hint}"
            self.say(given["protects"], words)
        return Jurisdiction(
            code=code,
            name=self.text(given["name"]),
            protects=protects,
            says=self.text(given["says"]),
            source=self.text(given["source"]),
            verified=self._verified(given["verified"]) if "verified" in given else None,
            facts=self.flag(given["facts"], usual=False) if "facts" in given else None,
            limits=self.text(given.get("limits")),
        )

    def _verified(self, node: Node) -> Verified | None:
        given = self.keyed(node, Keys(required=("by", "on")))
        if len(given) < 2:  # noqa: PLR2004 - by and on
            return None
        by, on = self.text(given["by"]), self.text(given["on"])
        try:
            if kind_of(thing_id(by)) == "person":
                return Verified(by=by, on=date.fromisoformat(on))
            self.say(given["by"], f"{quoted(by)} is no person; valid: person/jane-doe")
        except IdentityInvalid:
            self.say(given["by"], f"{quoted(by)} is no person; valid: person/jane-doe")
        except ValueError:
            self.say(given["on"], f"{quoted(on)} is no date; valid: 2026-11-23")
        return None
