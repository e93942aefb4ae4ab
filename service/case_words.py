"""The timeline of a case in words: which acts it tells, and how."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from ontology.events import Event, Json
from ontology.identity import ThingId
from service.incident_history import History
from service.message_content import Content

OUT: Final = "publish"
_PROMISES: Final = {
    "make": "made",
    "keep": "kept",
    "break": "not kept in time",
    "answer": "explained",
}
_BEGUN: Final = {
    "duty": "A word is owed to our own people.",
    "hold": "Nothing that is paid for goes out.",
    "routing": "Calls go to a trained team for a time.",
}


def timeline(past: History, messages: Sequence[Content]) -> Iterator[tuple[datetime, str]]:
    """What went on, each with when; of decisions only those that go further up than before."""
    by_id = {one.id: one for one in messages}
    lines = [
        (event.occurred_at, words)
        for event in past.acts
        for words in [_words(event, by_id)]
        if words is not None
    ]
    seen: set[str] = set()
    for one in past.decisions:
        if one.tier is not None and one.tier not in seen:
            seen.add(one.tier)
            lines.append((one.at, f"A decision goes to {one.tier} for the first time."))
    yield from sorted(lines, key=lambda line: line[0])


def said_by(event: Event) -> dict[str, Json]:
    """What an act carries, whether the graph shows it or not."""
    data, shown = event.data.get("data"), event.data.get("properties")
    return {**_object(data), **_object(shown)}


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _words(event: Event, messages: Mapping[ThingId, Content]) -> str | None:
    """One act in words, None for what a timeline leaves out."""
    kind, act, said = str(event.data["kind"]), str(event.data["act"]), said_by(event)
    more = said.get("tier") or said.get("reason")
    known = {
        ("incident", act): f"Incident: {act}{f' ({more})' if more else ''}.",
        ("decision", "override"): f"A person decides otherwise: {said.get('reason')}",
        ("debrief", "hold"): "The debrief is held.",
    }
    if (kind, act) == ("message", OUT):
        one = messages.get(event.subject)
        return _published(one) if one is not None else None
    if kind == "promise" and act in _PROMISES:
        return f"A promise is {_PROMISES[act]}."
    if event.data["from"] is None and kind in _BEGUN:
        return _BEGUN[kind]
    return known.get((kind, act))


def _published(one: Content) -> str:
    strategies = ", ".join(map(str, one.properties.get("usesStrategy", ()))) or "no strategy named"
    harm = "; it acknowledges harm" if one.properties.get("acknowledgesHarm") == (True,) else ""
    where = one.one("onChannel") or "no channel"
    return f"A {one.one('messageKind') or 'message'} goes out on {where} ({strategies}){harm}."
