"""Every refusal as a problem document: what was raised inside becomes what the caller reads."""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, cast

import orjson
from apiflask import APIFlask, HTTPError
from flask import Response, g
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from knowledge.refusals import Conflict, DatabaseUnavailable, Erased, IdempotencyMismatch
from ontology.gate import Result
from ontology.lifecycle import ActRefused
from ontology.marked_reader import FileInvalid
from ontology.record_values import RecordInvalid
from rules.diagnostics import Invalid
from service.bodies import Model
from service.committing import GateRefused, ThingUnknown
from service.finding_fields import QueryInvalid
from service.findings import TooMuch
from service.policies import PolicyUnknown
from service.policy_sources import SourceUnknown
from service.problems import (
    Fault,
    ProblemError,
    bad_request,
    invalid,
    not_found,
    pointer,
    unprocessable,
)
from service.recorded_history import HistoryInvalid
from service.security import Denied

_RETRY: Final = {"Retry-After": "1"}


def install(app: APIFlask) -> None:
    """Answer every error of an application with a problem document."""
    for raised, told in _TOLD.items():
        app.register_error_handler(raised, _renderer(told))
    app.register_error_handler(ProblemError, rendered)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen(app))
    app.error_processor(_apiflask)


def rendered(error: ProblemError) -> Response:
    """A problem document as a response; as a page where people read it."""
    if (shown := g.get("problem_page")) is not None:
        return cast(Response, shown(error))
    return Response(
        orjson.dumps(error.json(g.get("request_id", "-"))),
        status=int(error.status),
        headers=error.headers,
        content_type="application/problem+json",
    )


def problem_of(error: Exception) -> ProblemError | None:
    """What a caller would be told of an error; None where nobody foresaw it."""
    if isinstance(error, ProblemError):
        return error
    found = [told for raised, told in _TOLD.items() if isinstance(error, raised)]
    return found[0](error) if found else None


def _renderer(told: Callable[[Any], ProblemError]) -> Callable[[Exception], Response]:
    def render(error: Exception) -> Response:
        return rendered(told(error))

    return render


def _unforeseen(app: APIFlask) -> Callable[[Exception], Response]:
    """What nobody foresaw is logged and says only its request id."""

    def handle(error: Exception) -> Response:
        log = app.config["WORLD"].log
        log.error("unforeseen", request_id=g.get("request_id"), exc_info=error)
        if isinstance(error, OSError):  # a full disk, a file that went away: not the caller's
            told = "attune can't keep anything here just now; nothing was taken, send it again."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return rendered(ProblemError(status, "storage-unavailable", told, headers=_RETRY))
        return rendered(_of_status(500, "attune failed here; the request id finds the log line."))

    return handle


def _apiflask(error: HTTPError) -> Response:
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        found = [model for model in Model.__subclasses__() if model.__name__ == cause.title]
        model = found[0] if found else None
        return rendered(invalid(cause, model or Model))
    return rendered(_of_status(error.status_code, error.message or ""))


def _http(error: HTTPException) -> Response:
    return rendered(_of_status(error.code or 500, error.description or error.name))


def _of_status(code: int, detail: str) -> ProblemError:
    status = HTTPStatus(code)
    if status is HTTPStatus.BAD_REQUEST:
        return bad_request("The body is no JSON. " + detail)
    return ProblemError(status, re.sub(r"[^a-z]+", "-", status.phrase.lower()), detail)


def _denied(error: Denied) -> ProblemError:
    status = HTTPStatus.UNAUTHORIZED if error.unknown else HTTPStatus.FORBIDDEN
    headers = {"WWW-Authenticate": 'Bearer realm="attune"'} if error.unknown else {}
    return ProblemError(status, status.phrase.lower(), str(error), headers=headers)


def _gate(error: GateRefused) -> ProblemError:
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "gate-refused",
        f"The organisation's own rules forbid this: {len(error.results)} of its shapes.",
        faults=[*map(_of_result, error.results, error.valid)],
    )


def _of_result(result: Result, valid: tuple[str, ...]) -> Fault:
    where = f"{result.focus} {result.path or ''}".strip()
    return Fault(
        pointer="/properties" + (f"/{result.path}" if result.path else ""),
        detail=f"{result.message} ({result.shape}, {result.source}, {where})",
        value=None if result.value is None else str(result.value)[:120],
        example=None if not valid else valid[0] if len(valid) == 1 else [*valid],
    )


def _act(error: ActRefused) -> ProblemError:
    faults = [
        Fault(
            pointer="/act"
            if problem.where in {"state", "role", "actor", "kind", "act"}
            else f"/data/{problem.where}",
            detail=problem.message,
        )
        for problem in error.problems
    ]
    wheres = {problem.where for problem in error.problems}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if "role" in wheres or "actor" in wheres:
        status = HTTPStatus.FORBIDDEN
    elif "state" in wheres:
        status = HTTPStatus.CONFLICT
    return ProblemError(status, "act-refused", str(error), faults=faults)


def _record(error: RecordInvalid) -> ProblemError:
    return unprocessable(_faults(error.errors))


def _faults(errors: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[Fault]:
    pairs = errors.items() if isinstance(errors, Mapping) else errors
    return [Fault(pointer=where, detail=words) for where, words in pairs]


def _invalid(error: Invalid) -> ProblemError:
    """A policy that is broken, diagnostic by diagnostic."""
    return unprocessable(
        [
            Fault(pointer=pointer(["files", one.file]), detail=str(one), value=one.offending[:120])
            for one in error.diagnostics
        ]
    )


def _files(error: FileInvalid) -> ProblemError:
    return unprocessable([Fault(pointer="/files", detail=words) for words in error.errors])


def _simple(status: HTTPStatus, kind: str) -> Callable[[Exception], ProblemError]:
    headers = _RETRY if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return lambda error: ProblemError(status, kind, str(error), headers=headers)


def _query(error: QueryInvalid) -> ProblemError:
    fault = Fault(
        pointer=error.where, detail=error.detail, value=error.value, example=error.example
    )
    return unprocessable([fault])


def _too_much(error: HistoryInvalid | TooMuch) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "too-much-or-nothing", f"{error}.")


_TOLD: Final[Mapping[type[Exception], Callable[[Any], ProblemError]]] = {
    Denied: _denied,
    QueryInvalid: _query,
    HistoryInvalid: _too_much,
    TooMuch: _too_much,
    GateRefused: _gate,
    ActRefused: _act,
    RecordInvalid: _record,
    ThingUnknown: lambda error: not_found("thing", error.thing, "incident/2013-ny-train"),
    Conflict: _simple(HTTPStatus.CONFLICT, "conflict"),
    IdempotencyMismatch: _simple(HTTPStatus.CONFLICT, "idempotency-key-reused"),
    Erased: _simple(HTTPStatus.GONE, "erased"),
    Invalid: _invalid,
    FileInvalid: _files,
    SourceUnknown: _simple(HTTPStatus.NOT_FOUND, "not-found"),
    PolicyUnknown: _simple(HTTPStatus.SERVICE_UNAVAILABLE, "no-policy"),
    DatabaseUnavailable: _simple(HTTPStatus.SERVICE_UNAVAILABLE, "ledger-unavailable"),
}
