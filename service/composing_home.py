"""Composing from the command line: options become the request that the API takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
from pydantic import ValidationError

from knowledge.refusals import Erased
from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from ontology.lifecycle import Actor, ActRefused
from ontology.record_values import RecordInvalid
from service import drafting, message_view
from service.asking import LONGEST_MS, AskInvalid, request_of
from service.committing import GateRefused
from service.composed_bodies import ComposedIn
from service.composing import ComposeRequest, compose
from service.message_content import read
from service.permissions import KEY_ROLES
from service.policies import PolicyUnknown
from service.problems import ProblemError, invalid
from service.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says; `slots` is JSON."""

    decision: str | None
    references: Mapping[str, str | None]
    text: str | None
    channels: tuple[str, ...]
    template: str | None
    locale: str | None
    tasks: tuple[str, ...]
    kind: str | None
    audience: str | None
    duty: str | None
    slots: str | None


def composed_home(world: World, asked: Asked) -> dict[str, Json]:
    """The answer of the home itself; where words are to be judged, the models load first.

    Raises:
        AskInvalid: an option is not what the API takes, or it refuses.
    """
    if asked.text is not None or asked.duty is not None:
        world.perception.warm()
    with _told():
        return compose(world, _request(asked)).json()


def drafted_home(world: World, asked: Asked, by: ThingId) -> dict[str, Json]:
    """A draft of what is composed, in somebody's name, with every role that a key can hold.

    Raises:
        AskInvalid: an option is not what the API takes, or it refuses.
    """
    if len(asked.channels) != 1:
        given = ", ".join(asked.channels) or "none"
        raise AskInvalid(f"--draft takes one --channel, like --channel email; given: {given}")
    if asked.text is not None:
        world.perception.warm()
    actor = Actor(id=by, roles=KEY_ROLES)
    with _told():
        event = drafting.draft(world, _draft(_request(asked), asked), actor)
    world.catch_up()
    return message_view.told(world, read(world.graph, event.subject), actor.roles)


def _draft(wanted: ComposeRequest, asked: Asked) -> ComposedIn:
    source = {
        "decision": wanted.decision,
        "request": wanted.request,
        "channel": wanted.channels[0],
        "template": wanted.template,
        "locale": wanted.locale,
        "tasks": [*wanted.tasks],
        "slots": dict(wanted.slots),
    }
    body = {"from": source, "kind": asked.kind, "audience": asked.audience}
    try:
        return ComposedIn.model_validate(body)
    except ValidationError as error:
        raise AskInvalid(_rows(invalid(error, ComposedIn))) from error


@contextmanager
def _told() -> Iterator[None]:
    """What is refused, in words of the command line."""
    try:
        yield
    except ProblemError as error:
        raise AskInvalid(_rows(error)) from error
    except (Erased, PolicyUnknown, ActRefused, GateRefused, RecordInvalid) as error:
        raise AskInvalid(str(error)) from error


def _rows(error: ProblemError) -> str:
    rows = [
        f"{fault.pointer}: {fault.value or ''} {fault.detail}; for example {fault.example!r}"
        for fault in error.faults
    ]
    return "\n".join([error.detail, *rows])


def _request(asked: Asked) -> ComposeRequest:
    request = None
    about = asked.text is not None or any(asked.references.values())
    if asked.decision is None and (about or asked.duty is None):
        said = request_of(asked.text, asked.references, None)
        request = said.model_copy(update={"max_wait_ms": LONGEST_MS})
    return ComposeRequest(
        decision=None if asked.decision is None else _named("--decision", asked.decision),
        request=request,
        channels=asked.channels,
        template=asked.template,
        locale=asked.locale,
        tasks=asked.tasks,
        kind=asked.kind,
        audience=asked.audience,
        slots=_slots(asked.slots),
        answers=asked.text,
        duty=None if asked.duty is None else _named("--duty", asked.duty),
    )


def _named(option: str, text: str) -> ThingId:
    try:
        return thing_id(text)
    except IdentityInvalid as error:
        raise AskInvalid(f"{option} {error}") from error


def _slots(text: str | None) -> dict[str, object]:
    if text is None:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise AskInvalid(
            f'--slots {text[:80]!r} is no JSON ({error}); write {{"agent": "Maria"}}'
        ) from error
    if not isinstance(found, dict):
        raise AskInvalid(f'--slots {text[:80]!r} is no object; write {{"agent": "Maria"}}')
    return found
