"""What is known of an incident at a moment and what is not, line by line with its events."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ontology.identity import ThingId
from service.outlets import name_of
from service.sitrep_lines import Line, Part, minute, plain, worded
from service.sitrep_view import View

_STATED: Final = {
    "crisisType": "What it is",
    "harm": "Harm",
    "onset": "Began",
    "inRegion": "Where",
    "topic": "About",
}
"""What a record of an incident states, as people ask for it; what is missing is not known."""

_WINDOWS: Final = {"PT1H": "the last hour", "P1D": "the last day"}
_PUT: Final = ("record.put",)
_SEGMENT: Final = "segment.committed"
_OPEN: Final = frozenset({"received", "assigned", "no-comment"})
_NOT_HEARD: Final = {"stalled": "silent, though posts are usual", "missing": "nothing came yet"}
_UNKNOWN: Final = "unknown"


def known(view: View) -> Part:
    """What is stated, what is claimed in public, and what is heard."""
    return Part.of("known", [*_stated(view), *_claimed(view), *_heard(view)])


def unknown(view: View) -> Part:
    """What nobody has found out, said, answered or can hear."""
    return Part.of("unknown", [*_missing(view), *_unsaid(view), *_asked(view), *_silent(view)])


def _stated(view: View) -> Iterator[Line]:
    incident = view.incident.id
    events = view.trace.of(incident, types=_PUT)
    for name, title in _STATED.items():
        values = [*_values(view, name)]
        if values:
            yield Line(says=f"{title}: {plain(', '.join(values))}.", events=events, thing=incident)


def _values(view: View, name: str) -> Iterator[str]:
    """What is stated of the incident, in words; that it is unknown states nothing."""
    for one in map(str, view.all(name)):
        if name == "onset":
            yield minute(datetime.fromisoformat(one))
        elif one != _UNKNOWN:
            yield view.named(one) if "/" in one else worded(one)


def _claimed(view: View) -> Iterator[Line]:
    """What messages that are out claim: we stand by it."""
    for row in view.rows("known"):
        claim, message = str(row["claim"]), str(row["message"])
        yield Line(
            says=f"{plain(row['name'] or row['topic'])}: {plain(row['says'])}, as we have said.",
            words=None if row["sentence"] is None else plain(row["sentence"]),
            language=str(row["language"]),
            events=view.trace.of(claim, message),
            thing=claim,
        )


def _heard(view: View) -> Iterator[Line]:
    """Posts of the last hour and day, with how many there usually are."""
    newest = view.then.ledger.newest(types=(_SEGMENT,), limit=1)
    if not newest:
        return
    for fact in view.facts:
        values = fact.values
        window = _WINDOWS.get(str(values.get("window")))
        if fact.kind != "spread" or window is None or "volume" not in values:
            continue
        usual = values.get("baseline")
        beside = f", usual are {usual:g}" if isinstance(usual, int | float) else ""
        yield Line(
            says=f"Heard in {window}: {values['volume']} posts{beside}.",
            at=newest[0].recorded_at,
            events=(newest[0].sequence,),
            thing=view.incident.id,
        )


def _missing(view: View) -> Iterator[Line]:
    """What its record does not state."""
    incident = view.incident.id
    events = view.trace.of(incident)
    for name, title in _STATED.items():
        if not [*_values(view, name)]:
            yield Line(says=f"{title}: nobody has stated it.", events=events, thing=incident)


def _unsaid(view: View) -> Iterator[Line]:
    """Topics on which nothing is out."""
    for row in view.rows("unknown"):
        topic = str(row["topic"])
        events = view.trace.of(topic) or view.trace.of(view.incident.id)
        says = f"{plain(row['name'] or topic)}: nothing that is out speaks of it."
        yield Line(says=says, events=events, thing=topic)


def _asked(view: View) -> Iterator[Line]:
    """Enquiries without an answer: by whom and on what; the words of journalists are theirs."""
    for one in view.about("enquiry"):
        state = view.then.graph.state(one)
        if view.said(one, "answeredBy") is not None or state not in _OPEN:
            continue
        topics = [view.named(topic) for topic in _several(view, one, "asksAbout")]
        until = view.moment(one, "answerBy")
        yield Line(
            says=f"{plain(name_of(view.then, view.said(one, 'outlet')))} asks about "
            f"{', '.join(topics) or 'something else'} and has no answer.",
            due=until,
            mark="late" if until is not None and until <= view.at else None,
            events=view.trace.of(one),
            thing=one,
        )


def _several(view: View, thing: ThingId, name: str) -> Iterator[str]:
    yield from map(str, view.then.graph.properties(thing).get(name, ()))


def _silent(view: View) -> Iterator[Line]:
    """Feeds of which nothing comes, so that what is heard is less than what is said."""
    for fact in view.facts:
        why = _NOT_HEARD.get(str(fact.values.get("status")))
        if fact.kind == "feed" and why is not None:
            feed = str(fact.values["id"])
            quiet = fact.values.get("age")
            long = f", for {_hours(quiet)}" if isinstance(quiet, timedelta) else ""
            events = view.trace.of(feed) or view.trace.of(view.incident.id)
            yield Line(says=f"{view.named(feed)}: {why}{long}.", events=events, thing=feed)


def _hours(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
