"""Reports as pages: what is asked in a form, the picture, the words and the table."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ValidationError

from service.api.answers import principal, world
from service.pages.frame import HEADERS, page
from service.problems import Fault, ProblemError, invalid
from service.report_asking import kind_for, work_out
from service.report_kinds import REPORTS, Kind, shown, stated
from service.reported import MEDIA, Form, FormMissing, Report, written

bp = APIBlueprint("page_reports", __name__, enable_openapi=False)

_MOST_ROWS: Final = 200
_MOST_LINES: Final = 300
_HEAVIEST_PICTURE: Final = 60_000
_NOT_ASKED: Final = frozenset({"ask", "format"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a form: what it is called, what stands in it, what may."""

    name: str
    value: str
    example: str
    choices: tuple[str, ...]
    needed: bool
    fault: Fault | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A report on a page."""

    picture: str | None
    drawn_at: str | None
    lines: list[str]
    head: list[str]
    rows: list[list[str]]
    left_out: int


@bp.get("/reports")
def index() -> Response:
    """The reports that are for who asks."""
    mine = [one for one in REPORTS.values() if one.roles & principal().roles]
    return page("reports.html", kinds=sorted(mine, key=lambda one: one.title))


@bp.get("/reports/<string:name>")
def one(name: str) -> Response:
    """A report's form, and the report once it was asked for."""
    kind = kind_for(name, principal())
    words = _words()
    if not words and any(field.is_required() for field in kind.body.model_fields.values()):
        return _shown(kind, None, {})
    if "ask" not in request.args and words == {} and not _at_once(kind):
        return _shown(kind, None, {})
    try:
        body = stated(kind, words, {})
    except ValidationError as error:
        return _wrong(kind, invalid(error, kind.body).faults)
    try:
        report = work_out(world(), kind, body, principal())
    except ProblemError as error:
        if error.faults:
            return _wrong(kind, error.faults)
        return _shown(kind, error.detail, {}, error.status)
    return _shown(kind, _found(report, kind), {})


@bp.get("/reports/<string:name>/file")
def file(name: str) -> Response:
    """The same in a form to take along: `?format=csv`."""
    kind = kind_for(name, principal())
    try:
        form = Form(request.args.get("format", Form.CSV))
        body = stated(kind, _words(), {})
        content = written(work_out(world(), kind, body, principal()), form, kind.title)
    except ValidationError as error:
        raise invalid(error, kind.body) from error
    except (FormMissing, ValueError) as error:
        raise ProblemError(HTTPStatus.NOT_ACCEPTABLE, "form-missing", str(error)) from error
    kept = {"Content-Disposition": f'attachment; filename="attune-{name}.{form.value}"'}
    return Response(content, content_type=MEDIA[form], headers=HEADERS | kept)


def _words() -> dict[str, list[str]]:
    """What the form says; a field that was left empty says nothing."""
    given = {key: [v for v in request.args.getlist(key) if v] for key in request.args}
    return {
        key: values for key, values in given.items() if values and key not in {"ask", "format"}
    }


def _at_once(kind: Kind) -> bool:
    """Whether a report is quick and about nobody: it is shown without being asked for."""
    return kind.name in {"scorecard", "debriefs", "drills"}


def _wrong(kind: Kind, faults: Iterable[Fault]) -> Response:
    """The form with what was typed, and what is wrong beside each field."""
    by_field = {one.pointer.strip("/").partition("/")[0]: one for one in faults}
    return _shown(kind, None, by_field, HTTPStatus.UNPROCESSABLE_ENTITY)


def _shown(
    kind: Kind,
    found: Found | str | None,
    faults: dict[str, Fault],
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    query = request.query_string.decode("ascii", "replace")
    return page(
        "report.html",
        status,
        kind=kind,
        fields=[*_fields(kind, faults)],
        faults=[one for name, one in faults.items() if name not in kind.body.model_fields],
        found=found if isinstance(found, Found) else None,
        why=found if isinstance(found, str) else None,
        query=query,
        forms=("csv", "json", "svg", "html", *(("pdf",) if kind.name == "scorecard" else ())),
    )


def _fields(kind: Kind, faults: dict[str, Fault]) -> Iterator[Asked]:
    example = shown(kind)["example"]
    for name, field in kind.body.model_fields.items():
        choices = _choices(field.annotation)
        if choices is None:
            continue  # a list of objects has no place in a form; the API takes it
        given = example.get(name) if isinstance(example, dict) else None
        yield Asked(
            name=name,
            value=request.args.get(name, ""),
            example="" if isinstance(given, dict | list) or given is None else str(given),
            choices=choices,
            needed=field.is_required(),
            fault=faults.get(name),
        )


def _choices(annotation: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - of a type
    """What may stand in a field; nothing where anything may, None where no word can say it."""
    inner = _inner(annotation)
    if get_origin(inner) is Literal:
        return tuple(map(str, get_args(inner)))
    if inner is bool:
        return ("true", "false")
    plain = isinstance(inner, type) and not issubclass(inner, dict) and inner is not object
    return () if plain and not hasattr(inner, "model_fields") else None


def _inner(annotation: Any) -> Any:  # noqa: ANN401 - of a type
    """What one word of a field is: without None, metadata, and the list that it may be in."""
    parts = get_args(annotation)
    if get_origin(annotation) in {Union, UnionType}:
        return _inner(next(one for one in parts if one is not NoneType))
    if get_origin(annotation) in {tuple, list, frozenset, Annotated}:
        return _inner(parts[0])
    return annotation


def _found(report: Report, kind: Kind) -> Found:
    drawn = report.picture()
    small = drawn is not None and len(drawn) <= _HEAVIEST_PICTURE
    rows = [["" if cell is None else _cell(cell) for cell in row] for row in report.rows()]
    query = request.query_string.decode("ascii", "replace")
    return Found(
        picture=_inside(drawn) if drawn is not None and small else None,
        drawn_at=f"/reports/{kind.name}/file?{query}&format=svg" if drawn and not small else None,
        lines=[*report.lines()][:_MOST_LINES],
        head=rows[0] if rows else [],
        rows=rows[1 : _MOST_ROWS + 1],
        left_out=max(0, len(rows) - 1 - _MOST_ROWS),
    )


def _inside(drawn: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
