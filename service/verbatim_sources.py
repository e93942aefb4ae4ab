"""What people wrote, from where it was asked for: comments of surveys, notes of cases, posts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.envelopes import micros
from ontology.identity import ThingId, kind_of
from service.alert_permits import Permits
from service.observing import observed, words
from service.recorded_history import Progress
from service.survey_bodies import VerbatimsIn
from service.values import Properties, first, moment
from service.verbatim_posts import posts
from service.verbatim_texts import CASE, ERASED, POST, SURVEY, Gathered, People, Written
from service.world import World


def gathered(world: World, body: VerbatimsIn, progress: Progress) -> Gathered:
    """Everything that was asked for and may be read.

    Raises:
        ObservationsBroken: a file of measurements is damaged.
    """
    found, people = Gathered(), People(world)
    if SURVEY in body.sources:
        _surveys(world, body, found)
    if CASE in body.sources:
        _cases(world, body, found, people)
    if POST in body.sources:
        posts(world, body, found, people, progress)
    return found


def _surveys(world: World, body: VerbatimsIn, found: Gathered) -> None:
    table = observed(world, "survey", body.since, body.until, unanswered=True)
    table = table.filter(pc.is_valid(table["comment"]))
    if body.incident is not None:
        table = table.filter(pc.equal(table["incident"], body.incident))
    said = words(world, "survey", "comment", table["comment"])
    for text, row in zip(said, table.drop_columns(["comment"]).to_pylist(), strict=True):
        if text is None or not text.strip():
            found.left_out[ERASED] += 1
            continue
        found.texts.append(
            Written(
                source=SURVEY,
                text=text,
                who=row["subject"],
                at=micros(row["at"]),
                language=row["language"],
                message=row["message"] or "",
            )
        )


def _cases(world: World, body: VerbatimsIn, found: Gathered, people: People) -> None:
    """What agents noted of cases, as far as what each relies on permits it."""
    graph = world.graph
    permits = Permits(graph, world.clock.now())
    answers = _answers(world)
    within = timedelta(days=body.days_after)
    cases = {one: graph.properties(one) for one in _about(world, body.incident)}
    people.learn({_customer(one, said) for one, said in cases.items()})
    for case, said in cases.items():
        text, at = first(said, "summary"), moment(first(said, "openedAt"))
        customer = _customer(case, said)
        if at is None or text is None or not _in(at, body):
            continue
        why = permits.barred(case, "summary") or permits.barred(customer, "case")
        if why is not None:
            found.left_out[f"not permitted: {why}"] += 1
            continue
        who = people.mark(customer)
        found.texts.append(
            Written(
                source=CASE,
                text=str(text),
                who=who,
                at=micros(at),
                language=None,
                message=_last(answers.get(who, ()), micros(at), within),
            )
        )


def _customer(case: ThingId, said: Properties) -> ThingId:
    """Whose case it is; one of nobody is its own."""
    return ThingId(str(first(said, "ofCustomer") or case))


def _about(world: World, incident: str | None) -> Iterable[ThingId]:
    graph = world.graph
    if incident is None:
        return graph.of_type("Case")
    about = graph.subjects("aboutIncident", ThingId(incident))
    return [one for one in about if kind_of(one) == "case"]


def _answers(world: World) -> Mapping[int, Sequence[tuple[int, str]]]:
    """The messages that each person got, in order of time."""
    table = observed(world, "response")
    table = table.filter(pc.and_(pc.is_valid(table["message"]), pc.is_valid(table["subject"])))
    found: dict[int, list[tuple[int, str]]] = {}
    for row in table.select(["subject", "at", "message"]).to_pylist():
        found.setdefault(row["subject"], []).append((micros(row["at"]), row["message"]))
    return found


def _last(told: Sequence[tuple[int, str]], at: int, within: timedelta) -> str:
    """The last message before a moment, and not long before it."""
    earliest = at - within // timedelta(microseconds=1)
    return next((message for sent, message in reversed(told) if earliest <= sent < at), "")


def _in(at: datetime, body: VerbatimsIn) -> bool:
    return (body.since is None or at >= body.since) and (body.until is None or at < body.until)
