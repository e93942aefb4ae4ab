"""What became of a rule between two policies: by its meaning, its id, its place and its words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rules.explanation import asked
from rules.pairing import meaning
from rules.rule import Rule

What: TypeAlias = Literal[
    "added", "removed", "changed", "rewritten", "renamed", "moved", "reworded", "rescheduled"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text of a rule that changed: its reason, owner, what it covers, asks, where it lies."""

    part: str
    before: str
    after: str


def changed(old: Rule, new: Rule) -> tuple[What, ...]:
    """What became of a rule by its words and its meaning alone; nothing where it is the same."""
    what = became(old, new, [*texts(old, new)], decides=False)
    return tuple(dict.fromkeys("changed" if one == "rewritten" else one for one in what))


def became(
    old: Rule | None, new: Rule | None, texts: Iterable[Text], *, decides: bool
) -> Iterator[What]:
    """What became of a rule, the weightiest first; `decides` where it decides otherwise."""
    if old is None or new is None:
        yield "added" if old is None else "removed"
        return
    if decides:
        yield "changed"
    elif meaning(old) != meaning(new):
        yield "rewritten"
    if old.effective != new.effective:
        yield "rescheduled"
    if old.id != new.id:
        yield "renamed"
    parts = {text.part for text in texts}
    if parts & {"book", "file", "stratum"}:
        yield "moved"
    if parts & {"reason", "owner", "covers"} or (parts & {"when", "then"} and not decides):
        yield "reworded"


def texts(old: Rule, new: Rule) -> Iterator[Text]:
    """What reads otherwise of a rule, part by part."""
    for part, of in _WORDS:
        before, after = of(old), of(new)
        if before != after:
            yield Text(part=part, before=before, after=after)


def _when(rule: Rule) -> str:
    return "; ".join(map(str, asked(rule)))


def _then(rule: Rule) -> str:
    return "; ".join(sorted(fact.canonical() for fact in rule.conclusions))


def _effective(rule: Rule) -> str:
    ends = (rule.effective.start, rule.effective.end)
    start, end = ("" if one is None else one.isoformat() for one in ends)
    return f"from {start}" * bool(start) + " " * bool(start and end) + f"until {end}" * bool(end)


_WORDS: Final[tuple[tuple[str, Callable[[Rule], str]], ...]] = (
    ("when", _when),
    ("then", _then),
    ("effective", _effective),
    ("reason", lambda rule: rule.reason),
    ("owner", lambda rule: rule.owner),
    ("covers", lambda rule: ", ".join(rule.covers)),
    ("book", lambda rule: rule.book),
    ("file", lambda rule: rule.file),
    ("stratum", lambda rule: rule.stratum),
)
