"""What has to happen next in an incident, and who is there: deadlines, teams, signatures."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from knowledge.open_things import Open
from ontology.identity import ThingId, kind_of
from service.signing import APPROVAL
from service.sitrep_lines import Line, Part, plain, worded
from service.sitrep_said import sentence
from service.sitrep_view import View

_LOOKED: Final = 2_000
"""Open decisions and alerts that are looked through for those about the incident."""

_HIGHEST: Final = 6
"""Steps of escalation that are told."""


def upcoming(view: View) -> Part:
    """What is due, the nearest first: of the incident and of all that is about it."""
    open_ = [*_open(view)]
    open_.sort(key=lambda one: one.place)
    update = [_update(view, due, one) for due, one in _updates(view)[:1]]
    return Part.of("next", [*update, *(_due(view, one) for one in open_)])


def who(view: View, *, people: bool = True) -> Part:
    """Owner, tier, teams by the rules, who has to sign; people on call only where wanted."""
    lines = [*_standing(view), *_teams(view, people=people), *_signers(view), *_above(view)]
    return Part.of("who", lines)


def _open(view: View) -> Iterator[Open]:
    due = view.then.due_now()
    for thing in dict.fromkeys(_things(view)):
        one = due.get(thing)
        if one is not None and one.due is not None:
            yield one
    queue = due.queue(kinds=("decision", "alert"), limit=_LOOKED)
    yield from (one for one in queue if one.due is not None and _concerns(view, one.thing))


def _things(view: View) -> Iterator[ThingId]:
    """The incident, what is about it, what that is made of, and what is owed for it."""
    graph, incident = view.then.graph, view.incident.id
    yield incident
    for one in sorted(graph.subjects("aboutIncident", incident)):
        yield one
        if kind_of(one) == "message":
            yield from sorted(graph.subjects("ofMessage", one))
            yield from sorted(graph.subjects("approves", one))
    yield from sorted(graph.subjects("owedFor", incident))


def _concerns(view: View, thing: ThingId) -> bool:
    """Whether a decision or an alert is about the incident."""
    if kind_of(thing) == "alert":
        alert = view.then.alerts_now().get(thing)
        return alert is not None and alert.incident == view.incident.id
    event = view.then.ledger.by_id(thing)
    request = event.data.get("request") if event is not None else None
    return isinstance(request, dict) and request.get("incident") == view.incident.id


def _due(view: View, one: Open) -> Line:
    deadline = one.deadlines[0]
    team = f", {view.named(one.team)}" if one.team is not None else ""
    return Line(
        says=f"{worded(one.kind).capitalize()}, {worded(one.state)}{team}: "
        f"{worded(deadline.name)} is due.",
        due=deadline.due,
        mark="late" if deadline.due <= view.at else None,
        events=(one.sequence,),
        thing=one.thing,
    )


def _updates(view: View) -> list[tuple[datetime, ThingId]]:
    """The promises that are still to be kept, by their time."""
    graph = view.then.graph
    return sorted(
        (due, one)
        for message in view.messages
        for one in graph.subjects("ofMessage", message)
        if kind_of(one) == "promise" and graph.state(one) == "open"
        if (due := view.moment(one, "dueAt")) is not None and due > view.at
    )


def _update(view: View, due: datetime, promise: ThingId) -> Line:
    words, language = sentence(view, promise)
    return Line(
        says="The next word that was announced is due.",
        words=words,
        language=language,
        due=due,
        events=view.trace.of(promise),
        thing=promise,
    )


def _standing(view: View) -> Iterator[Line]:
    incident = view.incident
    if incident.tier is not None:
        how = "was stood down to" if incident.stood_down else "stands at"
        yield Line(
            says=f"The incident {how} the tier {worded(incident.tier)}.",
            at=incident.tier_since,
            events=view.trace.of(incident.id, types=("thing.acted",)),
            thing=incident.id,
        )


def _teams(view: View, *, people: bool) -> Iterator[Line]:
    """Who owns it, and who answers by the rules of that moment, each with who is on call."""
    for row in view.rows("ask"):
        team, there = ThingId(str(row["team"])), row["on_call"]
        names = [str(one) for one in there] if isinstance(there, list) else []
        yield Line(
            says=f"{view.named(team)} {plain(row['why'])}; {_on_call(names, people=people)}.",
            events=view.trace.of(team) or view.trace.of(view.incident.id),
            thing=team,
            mark=None if names else "nobody on call",
        )


def _on_call(names: list[str], *, people: bool) -> str:
    if not names:
        return "nobody is on call"
    if people:
        return f"on call: {', '.join(names)}"
    return "one person is on call" if len(names) == 1 else f"{len(names)} people are on call"


def _signers(view: View) -> Iterator[Line]:
    """Which teams are asked for a signature now."""
    graph = view.then.graph
    for message in view.messages:
        for one in sorted(graph.subjects("approves", message)):
            if kind_of(one) == APPROVAL and graph.state(one) == "requested":
                team = view.said(one, "routedTo")
                yield Line(
                    says=f"{view.named(team)} is asked to sign a"
                    f" {worded(view.said(message, 'messageKind'))}"
                    f" ({worded(view.said(one, 'requirement'))}).",
                    events=view.trace.of(one),
                    thing=one,
                )


def _above(view: View) -> Iterator[Line]:
    """To whom the owner escalates, step by step."""
    team = view.said(view.incident.id, "ownedBy")
    steps: list[str] = []
    while team is not None and len(steps) < _HIGHEST and str(team) not in steps:
        steps.append(str(team))
        team = view.said(str(team), "escalatesTo")
    if len(steps) > 1:
        yield Line(
            says=f"Escalation goes {' → '.join(view.named(one) for one in steps)}.",
            events=view.trace.of(*steps),
            thing=steps[0],
        )
