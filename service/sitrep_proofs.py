"""Proofs of a sitrep's file: its lines are signed, and their events lie in one tree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, Final

import orjson

from knowledge.ledger import Ledger
from knowledge.merkle import includes
from ontology.events import Json
from service.bodies import instant
from service.compact_jws import JwsRefused, public_of, sign, verified
from service.sitrep import Sitrep
from service.sitrep_page import CLOSES, MAIN, OPENS, Paper, paper
from service.world import World

FORM: Final = "attune-sitrep"
SECRET: Final = "sitrep-signing"  # noqa: S105 - the secret's name in the key store
_TOLD: Final = 60


class FileRefused(ValueError):
    """A file is no sitrep, or not all of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of a file's proofs: each problem names what does not hold, in order."""

    incident: str
    at: str
    size: int
    root: str
    key: str
    lines: int
    problems: tuple[str, ...]


def proven(world: World, found: Sitrep) -> str:
    """The sitrep as one HTML file with its proofs; the same sitrep gives the same bytes."""
    sheet, secret = paper(found), world.keys.secret(SECRET)
    statement: dict[str, Json] = {
        "form": FORM,
        "incident": found.incident,
        "at": instant(found.at),
        "size": found.size,
        "root": found.root,
        "main": _hex(sheet.main),
        "file": _hex(sheet.before + sheet.after),
        "lines": [*_signed_lines(found, sheet)],
    }
    proofs: dict[str, Json] = {
        "key": public_of(secret).hex(),
        "statement": sign(orjson.dumps(statement), secret, FORM),
        **_paths(world.ledger, found),
    }
    return sheet.with_proofs(orjson.dumps(proofs).decode().replace("<", "\\u003c"))


def key_of(world: World) -> str:
    """The key that signs the sitreps of this home, in hexadecimal digits."""
    return public_of(world.keys.secret(SECRET)).hex()


def checked(text: str, key: str | None = None) -> Checked:
    """Check a file's proofs, with the key that it names or with another.

    Raises:
        FileRefused: it is no sitrep's file.
    """
    before, proofs, after = _parted(text)
    trusted = (key or str(proofs["key"])).lower()
    try:
        payload = verified(str(proofs["statement"]), bytes.fromhex(trusted), FORM)
        statement: dict[str, Any] = orjson.loads(payload)
        problems = [*_differs(before, after, statement), *_outside(proofs, statement)]
    except (JwsRefused, ValueError) as error:
        raise FileRefused(f"its statement does not hold: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise FileRefused("its proofs are not those of a sitrep") from error
    return Checked(
        incident=str(statement["incident"]),
        at=str(statement["at"]),
        size=int(statement["size"]),
        root=str(statement["root"]),
        key=trusted,
        lines=len(statement["lines"]),
        problems=tuple(problems),
    )


def _signed_lines(found: Sitrep, sheet: Paper) -> Iterator[Json]:
    for text, (_, line) in zip(sheet.texts, found.lines(), strict=True):
        yield [_hex(text), [*line.events]]


def _paths(ledger: Ledger, found: Sitrep) -> dict[str, Json]:
    """Leaf and path of each event; a hash that several paths share stands once."""
    nodes: dict[str, int] = {}
    leaves: dict[str, Json] = {}
    for sequence in sorted({one for _, line in found.lines() for one in line.events}):
        event = ledger.at(sequence)
        path = [node.hex() for node in ledger.inclusion(sequence, found.size)]
        places: list[Json] = [nodes.setdefault(node, len(nodes)) for node in path]
        leaves[str(sequence)] = [event.leaf.hex() if event is not None else "", places]
    return {"nodes": [*nodes], "leaves": leaves}


def _parted(text: str) -> tuple[str, Mapping[str, Any], str]:
    before, opened, rest = text.partition(OPENS)
    proofs, closed, after = rest.partition(CLOSES)
    try:
        found = orjson.loads(proofs) if opened and closed else None
    except ValueError as error:
        raise FileRefused("its proofs are no JSON") from error
    if not isinstance(found, dict) or not {"key", "statement", "nodes", "leaves"} <= found.keys():
        raise FileRefused("it holds no proofs; write one with: attune sitrep … --out FILE.html")
    return f"{before}{OPENS}", found, f"{CLOSES}{after}"


def _differs(before: str, after: str, statement: Mapping[str, Any]) -> Iterator[str]:
    """What of the words is not as it was signed: each line, then whatever else."""
    signed = [str(digest) for digest, _ in statement["lines"]]
    shown = _Lines.of(before)
    for number, (text, digest) in enumerate(zip(shown, signed, strict=False)):
        if _hex(text) != digest:
            yield f"line {number} is not as it was signed: {text[:_TOLD]!r}"
    if len(shown) != len(signed):
        yield f"it shows {len(shown)} lines, and {len(signed)} were signed"
    elif _hex(before + after) != statement["file"]:
        yield "something beside the lines is not as it was signed"


def _outside(proofs: Mapping[str, Any], statement: Mapping[str, Any]) -> Iterator[str]:
    """Which events are not in the tree."""
    nodes = [bytes.fromhex(node) for node in proofs["nodes"]]
    size, root = int(statement["size"]), bytes.fromhex(statement["root"])
    for number, (_, events) in enumerate(statement["lines"]):
        for sequence in events:
            leaf, places = proofs["leaves"].get(str(sequence), ("", ()))
            path = _path(nodes, places)
            if path is None or not includes(bytes.fromhex(leaf), sequence - 1, size, path, root):
                yield f"line {number}: event {sequence} is not in the tree of {size} events"


def _path(nodes: Sequence[bytes], places: Iterable[int]) -> list[bytes] | None:
    try:
        return [nodes[place] for place in places if place >= 0]
    except IndexError:
        return None


class _Lines(HTMLParser):
    """The texts of the lines, by what a browser would show of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._depth = 0

    @classmethod
    def of(cls, text: str) -> list[str]:
        """Those of a file."""
        parser = cls()
        parser.feed(text.partition(MAIN[0])[2].rpartition(MAIN[1])[0])
        parser.close()
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A line begins, or something in it."""
        if self._depth:
            self._depth += tag not in {"img", "br", "wbr"}
        elif any(name == "data-line" for name, _ in attrs):
            self._depth = 1
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        """Something in a line ends, or the line."""
        del tag
        self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        """Words, of a line or between them."""
        if self._depth:
            self.found[-1] += data


def _hex(text: str) -> str:
    return sha256(text.encode()).hexdigest()
