"""Composing from the command line: options become the request that the API takes."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from knowledge.refusals import Erased
from ontology.events import Json
from ontology.identity import IdentityInvalid, ThingId, thing_id
from service.asking import LONGEST_MS, AskInvalid, request_of
from service.composing import ComposeRequest, compose
from service.policies import PolicyUnknown
from service.problems import ProblemError
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
    slots: str | None


def composed_home(world: World, asked: Asked) -> dict[str, Json]:
    """The answer of the home itself; where words are to be judged, the models load first.

    Raises:
        AskInvalid: an option is not what the API takes, or it refuses.
    """
    if asked.text is not None:
        world.perception.warm()
    try:
        return compose(world, _request(asked)).json()
    except ProblemError as error:
        rows = [
            f"{fault.pointer}: {fault.value or ''} {fault.detail}; for example {fault.example!r}"
            for fault in error.faults
        ]
        raise AskInvalid("\n".join([error.detail, *rows])) from error
    except (Erased, PolicyUnknown) as error:
        raise AskInvalid(str(error)) from error


def _request(asked: Asked) -> ComposeRequest:
    request = None
    if asked.decision is None:
        said = request_of(asked.text, asked.references, None)
        request = said.model_copy(update={"max_wait_ms": LONGEST_MS})
    return ComposeRequest(
        decision=None if asked.decision is None else _decision(asked.decision),
        request=request,
        channels=asked.channels,
        template=asked.template,
        locale=asked.locale,
        tasks=asked.tasks,
        kind=asked.kind,
        audience=asked.audience,
        slots=_slots(asked.slots),
        answers=asked.text,
    )


def _decision(text: str) -> ThingId:
    try:
        return thing_id(text)
    except IdentityInvalid as error:
        raise AskInvalid(f"--decision {error}") from error


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
