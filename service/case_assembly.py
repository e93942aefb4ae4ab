"""A case put together from the ledger, and made anonymous: what happened, was said, came of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from knowledge.anonymity import Anonymised
from ontology.events import Json
from ontology.identity import ThingId
from ontology.values import duration_text
from service.case_closing import told
from service.case_words import OUT, said_by, timeline
from service.cases import Case, Figure, Moment
from service.committing import ThingUnknown
from service.debriefs import debrief_of, events_of, rounds
from service.incident_history import History, history
from service.message_content import Content, read
from service.settings import WorldKind
from service.spoken_runs import Runs
from service.world import World

_MOST_MOMENTS: Final = 60
_MOST_SAID: Final = 3
_LONGEST: Final = 2_000
_TIERS: Final = ("frontline", "specialist", "crisis-team", "executive", "board")
_MOST_STEPS: Final = 20
_MANY_HOURS: Final = 72

Shown = Mapping[str, tuple[Json, ...]]


def assemble(world: World, incident: ThingId) -> tuple[Case, dict[str, Anonymised]]:
    """The case of an incident as the ledger tells it now, and what was replaced in each text.

    Raises:
        ThingUnknown: there is no such incident.
    """
    past = history(world, incident)
    if past.began is None:
        raise ThingUnknown(incident)
    messages = [*_messages(world, past)]
    raw = _texts(world, past, messages)
    lived = [*timeline(past, messages)][:_MOST_MOMENTS]
    lines = {f"timeline/{number}": what for number, (_, what) in enumerate(lived)}
    found = Runs(world, incident).anonymiser().together({**raw, **lines})
    shown = world.graph.properties(incident)
    region = next(iter(shown.get("inRegion", ())), None)
    began = past.began
    onset = world.incidents.get(incident)
    year = (onset.onset if onset is not None and onset.onset is not None else began).date()
    case = Case(
        title=found["title"].text,
        text=found["text"].text,
        said=found["said"].text if "said" in found else None,
        outcome=found["outcome"].text,
        lesson=found["lesson"].text if "lesson" in found else None,
        date=f"{year:%Y-%m}",
        severity=_name(shown, "severity") or "unknown",
        cluster=_name(shown, "cluster") or "unknown",
        type=_name(shown, "crisisType"),
        region=_wide(world, str(region)) if region is not None else None,
        language=_language(messages),
        strategy=tuple(
            sorted({str(s) for one in messages for s in one.properties.get("usesStrategy", ())})
        ),
        channel=tuple(
            sorted({str(c) for one in messages for c in one.properties.get("onChannel", ())})
        ),
        tier=_highest(past),
        result=_result(past),
        invented=world.kind is not WorldKind.LIVE,
        timeline=tuple(
            Moment(after=_since(began, at), what=found[f"timeline/{number}"].text)
            for number, (at, _) in enumerate(lived)
        ),
        figures=tuple(
            Figure(name=one.name, value=round(one.value, 4), after=_since(began, one.at), n=one.n)
            for one in past.peaks
        ),
        left=tuple(sorted({word for one in found.values() for word in one.left})),
    )
    return case, found


def anonymous(world: World, incident: ThingId, texts: dict[str, str]) -> dict[str, Anonymised]:
    """Texts that people wrote for a case, made anonymous by the same rules."""
    return Runs(world, incident).anonymiser().together(texts)


def _texts(world: World, past: History, messages: Sequence[Content]) -> dict[str, str]:
    shown = world.graph.properties(past.incident)
    title = str(next(iter(shown.get("name", ())), None) or _kind(shown))
    said = [one.one("text") or "" for one in messages if one.one("addressee") is None]
    lesson = lesson_of(world, past.incident)
    found = {
        "title": title,
        "text": " ".join(_happened(past, shown)),
        "outcome": " ".join(_came(past)),
    }
    if said:
        found["said"] = "\n".join(said[:_MOST_SAID])[:_LONGEST]
    if lesson:
        found["lesson"] = lesson
    return found


def lesson_of(world: World, incident: ThingId) -> str | None:
    """What the last debrief that was held learnt."""
    held = [one for one in rounds(events_of(world.ledger, debrief_of(incident))) if one.held]
    said = held[-1].said.get("lesson") if held else None
    return str(said) if said is not None else None


def _happened(past: History, shown: Shown) -> Iterator[str]:
    yield f"{_kind(shown)}."
    topics = [str(one) for one in shown.get("topic", ())]
    if topics:
        yield f"People spoke about it under {', '.join(topics)}."
    harm = _name(shown, "harm")
    if harm not in {None, "unknown"}:
        yield f"Harm: {harm}."
    affected = next(iter(shown.get("customersAffected", ())), None)
    if affected is not None:
        yield f"{affected} customers were affected."
    volume = next((one for one in past.peaks if one.name == "volume"), None)
    if volume is not None:
        yield f"At the height {volume.value:.0f} posts came in an hour ({volume.n} looks)."
    tiers = Counter(one.tier for one in past.decisions if one.tier)
    if tiers:
        by = ", ".join(f"{tiers[tier]} {tier}" for tier in _TIERS if tiers[tier])
        yield f"{sum(tiers.values())} decisions were made: {by}."
    over = len(past.on("decision", "override"))
    if over:
        yield f"People overrode {over} of them."


def _came(past: History) -> Iterator[str]:
    if past.began is not None and past.resolved is not None:
        yield f"Resolved after {_spelled(past.resolved - past.began)}."
    back = len(past.on("incident", "reopen"))
    if back:
        yield f"It came back {back} time{'s' if back > 1 else ''}."
    made, kept, broken = (len(past.on("promise", act)) for act in ("make", "keep", "break"))
    if made:
        yield f"{made} promises were made, {kept} kept, {broken} not in time."
    for one in past.on("incident", "resolve")[-1:]:
        reason = said_by(one).get("reason")
        if reason:
            yield str(reason)
    yield from told(past.outcomes)


def _messages(world: World, past: History) -> Iterator[Content]:
    """The messages that went out, in their order."""
    for event in past.on("message", OUT):
        yield read(world.graph, event.subject)


def _highest(past: History) -> str | None:
    tiers = {one.tier for one in past.decisions}
    tiers |= {str(said_by(one).get("tier")) for one in past.on("incident", "escalate")}
    return next((tier for tier in reversed(_TIERS) if tier in tiers), None)


def _result(past: History) -> str:
    bad = past.on("promise", "break") or past.on("incident", "reopen")
    return "mixed" if bad else "recovered"


def _language(messages: Sequence[Content]) -> str:
    spoken = Counter((one.one("language") or "en").partition("-")[0] for one in messages)
    return spoken.most_common(1)[0][0] if spoken else "en"


def _wide(world: World, region: str) -> str:
    """A region that tells little of where: the outermost but one, or itself where it has none."""
    path = [region]
    while len(path) < _MOST_STEPS:
        above = world.graph.get(ThingId(path[-1]), "withinRegion")
        if above is None or str(above) in path:
            break
        path.append(str(above))
    return path[-2] if len(path) > 1 else path[-1]


def _kind(shown: Shown) -> str:
    crisis = _name(shown, "crisisType") or "incident"
    cluster = _name(shown, "cluster")
    return f"{crisis.replace('-', ' ').capitalize()}{f' ({cluster})' if cluster else ''}"


def _name(shown: Shown, term: str) -> str | None:
    value = next(iter(shown.get(term, ())), None)
    return str(value) if value is not None else None


def _since(began: datetime, at: datetime) -> str:
    return duration_text(timedelta(minutes=max(0, round((at - began).total_seconds() / 60))))


def _spelled(lasted: timedelta) -> str:
    hours = max(1, round(lasted.total_seconds() / 3600))
    return f"{hours} hours" if hours < _MANY_HOURS else f"{round(hours / 24)} days"
