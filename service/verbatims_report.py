"""The report on verbatims: figures, lines, a table and a picture."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from knowledge.measures.effort import LEAST
from knowledge.measures.estimates import Estimate, Figure
from knowledge.measures.reactions import FALSE, Against, Reaction, unintended
from knowledge.measures.themes import Theme
from service.charts import Axis, Chart, Panel, Points, picture
from service.reported import Cell, Report

_NOTES: Final = (
    (
        "An emotion is the mean probability that the language models give it, 0 to 1; they read"
        " English, and what they can't read counts as not judged, never as calm."
    ),
    (
        "Stronger and weaker are associations: who comments, and after what, is nobody's draw. Of"
        f" all that is told so, a share of {FALSE:g} may be chance (Benjamini and Hochberg)."
    ),
    f"Nothing is told of fewer than {LEAST} people; intervals count people, not comments.",
    (
        "A comment names the message that it answers. A case is taken to answer the last message"
        " that its customer got, a post the last one that went out to its place and language;"
        " each source is held against itself. Of a case the note of an agent is read."
    ),
    (
        "Quotes need a consent to quotation; addresses, figures and words written like names"
        " are taken out by rule, and notes of agents are never quoted."
        " Read each before it leaves the house."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """How many texts were not judged, by language."""

    many: int
    languages: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What somebody wrote, without what could name anybody, and the message that it answers."""

    text: str
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A theme, the messages that its comments answer most, and quotes."""

    theme: Theme
    messages: Mapping[str, int]
    quotes: tuple[Quote, ...]

    @property
    def name(self) -> str:
        """The words that set it apart."""
        return ", ".join(self.theme.terms) or "no words of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatims(Report):
    """What people wrote: how many texts by source, how many were left out and why."""

    sources: Mapping[str, int]
    people: int
    left_out: Mapping[str, int]
    unread: Unread
    ironic: int
    linked: int
    reactions: tuple[Reaction, ...]
    themes: tuple[Told, ...]
    quoted: bool

    @property
    def texts(self) -> int:
        """How many there are in all."""
        return sum(self.sources.values())

    def to_json(self) -> Mapping[str, Any]:
        """Every figure, with what was withheld."""
        return {
            "texts": self.texts,
            "sources": dict(self.sources),
            "people": self.people,
            "left_out": dict(self.left_out),
            "not_judged": {"many": self.unread.many, "languages": dict(self.unread.languages)},
            "perhaps_ironic": self.ironic,
            "on_messages": self.linked,
            "unintended": [_reaction(one) for one in unintended(self.reactions)],
            "reactions": [_reaction(one) for one in self.reactions],
            "themes": [_theme(one) for one in self.themes],
            "notes": [*_NOTES],
        }

    def lines(self) -> Iterator[str]:
        """What got stronger first, then the other reactions, then the themes."""
        yield (
            f"{self.texts} texts{_listed(self.sources)}, {self.people} people read; not judged"
            f" {self.unread.many}{_listed(self.unread.languages)}; left out"
            f" {sum(self.left_out.values())}{_listed(self.left_out)}; perhaps ironic {self.ironic}"
        )
        if not self.linked:
            yield (
                "No text answers a message: load comments with a column message, publish messages"
                " through attune, or load responses with a column message."
            )
        for found in sorted(self.reactions, key=lambda one: not one.unintended):
            told = "  UNINTENDED" if found.unintended else ""
            yield f"{found.message}  {found.source}  {found.emotion}{told}"
            yield f"  level               {found.level.words()}"
            yield f"  since before        {_said(found.before)}"
            yield f"  against others      {_said(found.others)}"
        for one in self.themes:
            yield f"theme  {one.name}"
            yield f"  share of texts      {one.theme.share.words()}"
            yield f"  found again         {one.theme.stable:.2f}{_listed(one.messages)}"
            yield from (f"  “{quote.text}”{_on(quote)}" for quote in one.quotes)
        yield from _NOTES

    def rows(self) -> Iterator[Sequence[Cell]]:
        """A figure a row."""
        ends = ("value", "low", "high", "n", "withheld")
        yield ("what", "message or theme", "source", "emotion", "figure", *ends, "p", "verdict")
        for one in self.reactions:
            head = ("reaction", one.message, one.source, one.emotion)
            yield (*head, "level", *_cells(one.level), None, None)
            for name, other in (("since before", one.before), ("against others", one.others)):
                cells = _cells(other.change)
                yield (*head, name, *cells, other.found, other.verdict)
        for told in self.themes:
            cells = _cells(told.theme.share)
            yield ("theme", told.name, None, None, "share", *cells, None, None)

    def picture(self) -> str:
        """Changes by message and emotion, and the themes by size."""
        panels = [
            _changes("Since before the message", [(one, one.before) for one in self.reactions]),
            _changes("Against other messages", [(one, one.others) for one in self.reactions]),
            _sizes(self.themes),
        ]
        return picture(
            Chart(
                title="What people wrote",
                subtitle=(
                    f"{self.texts} texts{_listed(self.sources)}, {self.unread.many} of them not"
                    " judged."
                ),
                panels=[one for one in panels if one is not None],
                notes=_NOTES,
            )
        )


def _changes(title: str, found: Sequence[tuple[Reaction, Against]]) -> Panel | None:
    known = [
        (f"{one.message.rpartition('/')[2]}, {one.source}: {one.emotion}", other, other.change)
        for one, other in found
        if isinstance(other.change, Estimate)
    ]
    if not known:
        return None
    names = [name for name, _, _ in known]
    points = Points(
        name="change of the mean probability",
        x=[figure.value for _, _, figure in known],
        y=names,
        low=[figure.low for _, _, figure in known],
        high=[figure.high for _, _, figure in known],
        notes=[other.verdict for _, other, _ in known],
    )
    return Panel(
        title=title,
        x=Axis(label="change"),
        y=Axis(label="message, source, emotion", kind="category", names=names),
        marks=[points],
        height=60 + 22 * len(names),
    )


def _sizes(found: Sequence[Told]) -> Panel:
    known = [(one.name, one.theme.share) for one in found if isinstance(one.theme.share, Estimate)]
    names = [name for name, _ in known]
    points = Points(
        name="share of texts",
        x=[share.value for _, share in known],
        y=names,
        low=[share.low for _, share in known],
        high=[share.high for _, share in known],
        notes=[f"n = {share.n}" for _, share in known],
        zero=True,
    )
    return Panel(
        title="Themes",
        x=Axis(label="share of texts", low=0.0, percent=True),
        y=Axis(label="theme", kind="category", names=names),
        marks=[points],
        height=60 + 22 * len(names),
        empty=f"No theme of {LEAST} people.",
    )


def _reaction(one: Reaction) -> Mapping[str, Any]:
    return {
        "message": one.message,
        "source": one.source,
        "emotion": one.emotion,
        "level": one.level.to_json(),
        "since_before": _against(one.before),
        "against_others": _against(one.others),
    }


def _against(one: Against) -> Mapping[str, Any]:
    return {"change": one.change.to_json(), "p": one.found, "verdict": one.verdict}


def _theme(one: Told) -> Mapping[str, Any]:
    return {
        "terms": [*one.theme.terms],
        "share": one.theme.share.to_json(),
        "people": one.theme.people,
        "found_again": round(one.theme.stable, 3),
        "messages": dict(one.messages),
        "quotes": [{"text": quote.text, "message": quote.message} for quote in one.quotes],
    }


def _said(one: Against) -> str:
    return f"{one.change.words()}, {one.verdict}"


def _listed(many: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{name} {count}' for name, count in many.items())})" if many else ""


def _on(quote: Quote) -> str:
    return f" on {quote.message}" if quote.message else ""


def _cells(one: Figure) -> tuple[Cell, ...]:
    if isinstance(one, Estimate):
        return (one.value, one.low, one.high, one.n, None)
    return (None, None, None, one.n, one.reason)
