"""Terms of fairness: who looks at how groups fare, and which differences a policy means."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ontology.identity import IdentityInvalid, ThingId, thing_id
from ontology.marked_reader import Keys, MarkedReader, root
from ontology.marked_yaml import Node, quoted
from rules.diagnostics import near
from rules.worded import items, shown

FILE: Final = "rules/guidelines/fairness.yaml"
BY: Final = ("segment", "language", "region", "vulnerable")
SHARES: Final = {
    "specialist": "went beyond the front line",
    "crisis-team": "went to the crisis team or higher",
    "urgent": "was routed as urgent or immediate",
    "offer": "was offered to be put right (the strategy rebuild)",
    "person": "was owed a person's own answer",
}
"""What a case may have had."""

WAITS: Final = {
    "deadline": "minutes until somebody had to answer, as decided",
    "answered": "minutes until something was done, where that was told",
}
"""What may have taken a case how long."""

LEAST: Final = 5
_ROOT: Final = Keys(required=("fairness", "owner", "smallest"), optional=("meant",))
_MEANT: Final = Keys(required=("by", "group", "reason"), optional=("more", "less"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A difference that a policy means: of which group, in what, which way, and why."""

    by: str
    group: str
    more: tuple[str, ...]
    less: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`owner` looks every month; groups of fewer people than `smallest` are not shown."""

    owner: ThingId
    smallest: int
    meant: tuple[Meant, ...]

    def why(self, by: str, group: str, measure: str, difference: float) -> str | None:
        """The reason of a difference that is meant to go this way, None where none is given."""
        for one in self.meant:
            ways = one.more if difference > 0 else one.less
            if (one.by, one.group) == (by, group) and measure in ways:
                return one.reason
        return None


def read(text: str, *, file: str = FILE) -> Terms:
    """Read terms; `file` is only named in errors.

    Raises:
        FileInvalid: all mistakes, each with its place.
    """
    reader = _Reader()
    given = reader.keyed(root(text, file), _ROOT)
    reader.text(given.get("fairness"))
    terms = Terms(
        owner=reader.owner(given.get("owner")),
        smallest=reader.smallest(given.get("smallest")),
        meant=tuple(reader.meant(given.get("meant"))),
    )
    reader.finish(file)
    return terms


class _Reader(MarkedReader):
    """Turns nodes into terms."""

    def owner(self, node: Node | None) -> ThingId:
        text = self.text(node)
        try:
            return thing_id(text)
        except IdentityInvalid:
            if node is not None and text:
                self.say(node, f"{quoted(text)} is no team or person; write team/crisis-office")
            return ThingId(text)

    def smallest(self, node: Node | None) -> int:
        value = node.value if node is not None else LEAST
        if node is not None and (type(value) is not int or value < LEAST):
            self.say(node, f"{quoted(value)} is no number of people from {LEAST} on; write 10")
        return value if type(value) is int else LEAST

    def meant(self, node: Node | None) -> Iterator[Meant]:
        for one in items(node) if node is not None else ():
            given = self.keyed(one, _MEANT)
            by = self._known(given.get("by"), BY)
            more, less = (self._measures(given.get(name)) for name in ("more", "less"))
            if not more and not less:
                self.say(one, "names no measure; write more: [specialist] or less: [deadline]")
            group = shown(given["group"]) if "group" in given else ""
            reason = self.text(given.get("reason"))
            yield Meant(by=by, group=group, more=more, less=less, reason=reason)

    def _measures(self, node: Node | None) -> tuple[str, ...]:
        listed = items(node) if node is not None else ()
        return tuple(self._known(one, (*SHARES, *WAITS)) for one in listed)

    def _known(self, node: Node | None, names: tuple[str, ...]) -> str:
        text = shown(node) if node is not None else ""
        if node is not None and text not in names:
            meant = near(text, names)
            hint = f"; did you mean {meant!r}?" if meant else ""
            self.say(node, f"{quoted(text)} is none of {', '.join(names)}{hint}")
        return text
