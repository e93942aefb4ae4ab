"""Alignment sessions, dilemmas and agreements as answers show them."""

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import fold
from rules.dilemmas import Dilemma
from service.acts import history
from service.ballots import Ballot, Count
from service.bodies import instant
from service.sessions import KIND, READABLE, Session, counted, session
from service.values import Span, first, moment
from service.world import World

_WAITS = "unsigned"
_BINDS = ("forbidsStrategy", "requiresStep")


def sessions(world: World) -> list[Json]:
    """Every session that was planned, by id."""
    found = (session(world, one) for one in sorted(world.graph.of_type("Session")))
    return [shown(world, one) for one in found if one is not None]


def shown(world: World, one: Session) -> dict[str, Json]:
    """A session; how people voted only once the vote is closed."""
    voters: list[Json] = [*one.voters]
    people: list[Json] = [*one.participants]
    results: list[Json] = [_result(each) for each in counted(world, one)]
    return {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "dilemmas": [*one.dilemmas],
        "participants": people,
        "quorum": one.quorum,
        "region": one.region,
        "voted": voters,
        "results": results if one.state in READABLE else None,
        "agreements": [*_came_of(world, one.id)],
    }


def dilemma(one: Dilemma) -> dict[str, Json]:
    """A dilemma with its options and what each would bind people to."""
    options: list[Json] = [
        {
            "name": option.name,
            "does": option.does,
            "costs": option.costs,
            "boundary": option.boundary.says if option.boundary is not None else None,
        }
        for option in one.options.values()
    ]
    return {"name": one.name, "title": one.title, "case": one.case, "options": options}


def agreements(world: World) -> list[Json]:
    """Every agreement, by id: in force or not, who has signed, when it ends."""
    return [agreement(world, one) for one in sorted(world.graph.of_type("Agreement"))]


def agreement(world: World, thing: ThingId) -> dict[str, Json]:
    """One agreement with its signatures."""
    properties, past = world.graph.properties(thing), history(world, thing)
    state = fold(world.lifecycles["agreement"], past)
    span = Span.of(properties, "validFrom", "validUntil")
    signed: list[Json] = [*dict.fromkeys(one.actor for one in past if one.act == "sign")]
    asked: list[Json] = [*sorted(str(one) for one in properties.get("signatory", ()))]
    remind = moment(first(properties, "remindAt"))
    in_force = state not in {_WAITS, "lapsed"} and span.covers(world.clock.now())
    words = ("topic", "agreementKind", "boundary", "inRegion", "fromSession")
    told: dict[str, Json] = {name: _text(first(properties, name)) for name in (*words, *_BINDS)}
    kinds: list[Json] = [*map(str, properties.get("bindsKind", ()))]
    return {
        "id": thing,
        **told,
        "bindsKind": kinds,
        "state": state,
        "in_force": in_force,
        "signatories": asked,
        "signed": signed,
        "valid_from": instant(span.start) if span.start else None,
        "valid_until": instant(span.end) if span.end else None,
        "remind_at": instant(remind) if remind else None,
    }


def _result(one: Count) -> dict[str, Json]:
    votes: list[Json] = [_ballot(each) for each in one.votes]
    dissent: list[Json] = [_ballot(each) for each in one.dissent]
    tally: dict[str, Json] = dict(one.tally)
    return {
        "dilemma": one.dilemma,
        "decided": one.decided,
        "tally": tally,
        "turnout": len(one.votes),
        "quorum": one.quorum,
        "votes": votes,
        "dissent": dissent,
    }


def _ballot(one: Ballot) -> dict[str, Json]:
    return {"by": one.by, "choice": one.choice, "reason": one.reason}


def _came_of(world: World, thing: ThingId) -> list[Json]:
    found = world.graph.subjects("fromSession", thing)
    return [*sorted(one for one in found if one.partition("/")[0] != KIND)]


def _text(value: object) -> Json:
    return None if value is None else str(value)
