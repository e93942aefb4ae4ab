"""Signals over HTTP: one, or up to a thousand, each taken or rejected with its reason."""

from http import HTTPStatus

from apiflask import APIBlueprint
from flask import Response
from pydantic import ValidationError

from ontology.events import Json
from ontology.lifecycle import Role
from ontology.signals import Signal
from service import intake
from service.api.answers import answer, principal, world
from service.api.probes import SIGNALS
from service.intake import SignalRefused
from service.problems import Fault, ProblemError, example_of, invalid, pointer
from service.security import Denied
from service.settings import WorldKind
from service.signal_bodies import SignalBatch, SignalIn
from service.world import World

bp = APIBlueprint("signals", __name__, url_prefix="/v1/signals", tag="Signals")


@bp.post("")
@bp.input(SignalIn)
@bp.doc(
    summary="Take one signal; hearing it twice changes nothing.",
    responses={202: "Taken, or known before.", 422: "Not a signal."},
)
def one(json_data: SignalIn) -> Response:
    """Take one signal."""
    here = world()
    try:
        signal = intake.read(here, json_data)
    except SignalRefused as error:
        raise _refused([_fault(error, [])]) from error
    return _taken(here, [signal], [])


@bp.post("/batch")
@bp.input(SignalBatch)
@bp.doc(
    summary="Take up to 1,000 signals; each is taken or rejected by itself.",
    responses={202: "What was taken, known before, and rejected with reasons."},
)
def batch(json_data: SignalBatch) -> Response:
    """Take the good ones, say of each bad one what is wrong with it."""
    here = world()
    reader, good = intake.Reader(here), list[Signal]()
    faults: list[Fault] = []
    for index, row in enumerate(json_data.signals):
        try:
            good.append(reader.read(SignalIn.model_validate(row)))
        except ValidationError as error:
            faults += invalid(error, SignalIn, ["signals", index]).faults
        except SignalRefused as error:
            faults.append(_fault(error, ["signals", index]))
    if not good:
        raise _refused(faults)
    return _taken(here, good, faults)


def _taken(here: World, signals: list[Signal], faults: list[Fault]) -> Response:
    _check_trainer(here)
    taken = intake.take(here, signals, actor=principal().holder)
    rejected: list[Json] = [fault.json() for fault in faults]
    for outcome, count in (
        ("new", taken.new),
        ("known", taken.known),
        ("rejected", len(rejected)),
    ):
        SIGNALS.labels(outcome).inc(count)
    body: dict[str, Json] = {
        "new": taken.new,
        "known": taken.known,
        "sequences": list(taken.sequences),
        "rejected": rejected,
    }
    return answer(body, HTTPStatus.ACCEPTED)


def _check_trainer(here: World) -> None:
    """Trainers send signals into replays and drills; the live world hears from others.

    Raises:
        Denied: the world is live and the key has no other role that may send (403).
    """
    if here.kind is WorldKind.LIVE and principal().roles <= {Role.TRAINER}:
        raise Denied("A trainer's key sends signals into replays and drills only.", unknown=False)


def _fault(error: SignalRefused, path: list[int | str]) -> Fault:
    example = example_of(SignalIn).get(error.field)
    return Fault(pointer=pointer([*path, error.field]), detail=str(error), example=example)


def _refused(faults: list[Fault]) -> ProblemError:
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", "No signal was taken.", faults=faults
    )
