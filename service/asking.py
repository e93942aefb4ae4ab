"""Asking from the command line: the options become the request that the API takes."""

from collections.abc import Mapping

import orjson
from pydantic import ValidationError

from ontology.events import Json
from service import desk
from service.api.hindsight import looked_back
from service.client import Client, RequestRefused, ServiceUnreachable
from service.decision_bodies import DecisionRequest, HindsightIn
from service.decision_view import found_beside, shown
from service.founding import OPERATOR
from service.policies import PolicyUnknown
from service.problems import ProblemError, invalid
from service.world import World

LONGEST_MS = 60_000


class AskInvalid(ValueError):
    """The question can't be asked or was refused; the message says where and why."""


def request_of(
    text: str | None,
    references: Mapping[str, str | None],
    facts: str | None,
    as_of: str | None = None,
) -> DecisionRequest:
    """The request that the options say; one of hindsight where `as_of` gives a moment.

    Raises:
        AskInvalid: an option is not what the API takes; all faults at once.
    """
    body: dict[str, Json] = {
        name: _reference(given) for name, given in references.items() if given is not None
    }
    if text is not None:
        body["text"] = text
    if facts is not None:
        try:
            body["facts"] = orjson.loads(facts)
        except orjson.JSONDecodeError as error:
            shown = '{"request": {"kind": "reply"}}'
            raise AskInvalid(
                f"--facts {facts[:80]!r} is no JSON ({error}); write {shown}"
            ) from error
    model = DecisionRequest if as_of is None else HindsightIn
    if as_of is not None:
        body["at"] = as_of
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise AskInvalid(_told(invalid(error, model))) from error


def ask_service(url: str, key: str | None, request: DecisionRequest) -> dict[str, Json]:
    """The answer of a running service.

    Raises:
        AskInvalid: it refuses, or nobody answers.
    """
    body = orjson.loads(request.model_dump_json(exclude_none=True))
    try:
        with Client(url, key or "") as client:
            then = isinstance(request, HindsightIn)
            return client.post("/v1/as-of" if then else "/v1/decisions", body)
    except (RequestRefused, ServiceUnreachable) as error:
        raise AskInvalid(str(error)) from error


def ask_home(world: World, request: DecisionRequest) -> dict[str, Json]:
    """The answer of the home itself; the models load first, however long that takes.

    Raises:
        AskInvalid: the request is refused, or the home has no policy.
    """
    if request.text is not None:
        world.perception.warm()
    elif request.incident is not None:
        world.perception.warm_search()
    patient = request.model_copy(update={"max_wait_ms": LONGEST_MS})
    try:
        if isinstance(patient, HindsightIn):
            return looked_back(world, patient)
        answer = desk.ask(world, patient, OPERATOR)
    except ProblemError as error:
        raise AskInvalid(_told(error)) from error
    except PolicyUnknown as error:
        raise AskInvalid(str(error)) from error
    return shown(answer.event) | found_beside(answer)


def _reference(given: str) -> Json:
    """`zendesk:1001` is another system's key, anything else an own id."""
    system, colon, key = given.partition(":")
    return {"system": system, "key": key} if colon and "/" not in system else given


def _told(problem: ProblemError) -> str:
    rows = [
        f"{fault.pointer}: {fault.value or ''} {fault.detail}; for example {fault.example!r}"
        for fault in problem.faults
    ]
    return "\n".join([problem.detail, *rows])
