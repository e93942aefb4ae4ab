"""What was said of an incident by a moment, and what was promised: each with its events."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ontology.events import Event
from ontology.identity import ThingId, kind_of
from service.publishing import PUBLISHED
from service.sitrep_lines import MOST, Line, Part, plain, worded
from service.sitrep_view import View

_OUT: Final = frozenset({"live", "superseded", "withdrawn"})
_PROMISED: Final = {
    "open": ("still to be kept", None),
    "broken": ("its time has passed", "late"),
    "kept": ("kept", "kept"),
    "answered": ("broken, and people were told why", None),
    "void": ("taken back with its message", None),
}
_ORDER: Final = ("broken", "open", "answered", "kept", "void")
_OWED: Final = {"late": "late"}


def said(view: View) -> Part:
    """Messages that went out, the newest first; of those taken back only that they were."""
    out = [one for one in view.messages if one in view.out and view.then.graph.state(one) in _OUT]
    out.sort(key=lambda one: (-_since(view, one).sequence, one))
    shown = (_message(view, one) for one in out[:MOST])
    return Part.of("said", shown, more=max(0, len(out) - MOST))


def promised(view: View) -> Part:
    """Promises that messages made, those that are late first, and words owed to employees."""
    found = [
        one
        for message in view.messages
        for one in view.then.graph.subjects("ofMessage", message)
        if kind_of(one) == "promise" and view.then.graph.state(one) in _PROMISED
    ]
    found.sort(
        key=lambda one: (_ORDER.index(_state(view, one)), str(view.said(one, "dueAt")), one)
    )
    duties = sorted(view.then.graph.subjects("owedFor", view.incident.id))
    lines = [*(_duty(view, one) for one in duties), *(_promise(view, one) for one in found[:MOST])]
    return Part.of("promised", lines, more=max(0, len(found) - MOST))


def _since(view: View, message: ThingId) -> Event:
    """Its last going out, or whatever is told of it last."""
    events = view.out[message]
    return next((one for one in reversed(events) if one.type == PUBLISHED), events[-1])


def _message(view: View, message: ThingId) -> Line:
    since, last = _since(view, message), view.out[message][-1]
    state = view.then.graph.state(message)
    where = f"On {worded(view.said(message, 'onChannel'))}, to {worded(_audience(view, message))}"
    region = view.said(message, "forRegion")
    place = f" in {view.named(region)}" if region is not None else ""
    version = view.said(message, "versionNumber")
    kind = worded(view.said(message, "messageKind"))
    if state == "withdrawn":
        return Line(
            says=f"{where}{place}: {kind}, version {version}, was taken back.",
            at=last.occurred_at,
            mark="taken back",
            events=tuple(sorted({since.sequence, last.sequence})),
            thing=message,
        )
    if view.hushed(message):
        return Line(
            says=f"{where}{place}: {kind}, version {version}, is with named outlets.",
            at=since.occurred_at,
            mark="under embargo",
            events=(since.sequence,),
            thing=message,
        )
    told = "a later version is out" if state == "superseded" else "is out"
    return Line(
        says=f"{where}{place}: {kind}, version {version}, {told}.",
        at=since.occurred_at,
        words=plain(view.said(message, "text") or "") or None,
        language=str(view.said(message, "language") or "und"),
        mark="superseded" if state == "superseded" else None,
        events=(since.sequence,),
        thing=message,
    )


def _audience(view: View, message: ThingId) -> object:
    return view.said(message, "audience") or "everybody"


def _state(view: View, promise: ThingId) -> str:
    return str(view.then.graph.state(promise))


def _promise(view: View, promise: ThingId) -> Line:
    says, mark = _PROMISED[_state(view, promise)]
    team = view.said(promise, "routedTo")
    whose = f", {view.named(team)} keeps it" if team is not None else ""
    words, language = sentence(view, promise)
    return Line(
        says=f"Promised{whose}: {says}.",
        words=words,
        language=language,
        due=view.moment(promise, "dueAt"),
        mark=mark,
        events=view.trace.of(promise),
        thing=promise,
    )


def sentence(view: View, promise: ThingId) -> tuple[str | None, str]:
    """The words of a promise and their language; those under an embargo are not told."""
    message = str(view.said(promise, "ofMessage"))
    words = None if view.hushed(message) else plain(view.said(promise, "sentence") or "")
    return words or None, str(view.said(message, "language") or "und")


def _duty(view: View, duty: ThingId) -> Line:
    """A word that leaders owe those who work here."""
    state = str(view.then.graph.state(duty))
    open_ = view.then.due_now().get(duty)
    return Line(
        says=f"A word to those who work here: {worded(state)}.",
        due=open_.due if open_ is not None else None,
        mark=_OWED.get(state),
        events=view.trace.of(duty),
        thing=duty,
    )


def moments(view: View) -> Iterator[tuple[str, datetime, str]]:
    """What went out and what was taken back, for the picture: row, moment, words."""
    for one, events in view.out.items():
        where = worded(view.said(one, "onChannel"))
        for event in events:
            row = "said" if event.type == PUBLISHED else "taken back"
            yield row, event.occurred_at, where
