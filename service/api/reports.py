"""Reports over HTTP: recovery, outcomes, tone, channels …, in the form that is asked for."""

from http import HTTPStatus
from typing import Any, Final

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import ValidationError

from service.api.answers import answer, page, principal, world
from service.bodies import Model
from service.problems import ProblemError, invalid, quoted
from service.report_asking import kind_for, work_out
from service.report_kinds import REPORTS, Kind, shown, stated
from service.reported import MEDIA, Form, FormMissing, Report, written

bp = APIBlueprint("reports", __name__, url_prefix="/v1/reports", tag="Reports")

_RESPONSES: Final[Any] = {
    200: "The report.",
    403: "The report is for other roles.",
    404: "There is no such report.",
    406: "The report has no such form.",
    409: "The sample can't answer; the detail says why, and what would do.",
    422: "What is asked is wrong.",
    503: "It takes too long here: ask for a job of kind `report-` and its name.",
}


@bp.get("")
@bp.doc(summary="The reports: what each tells, takes, and for whom.", responses={200: "Reports."})
def index() -> Response:
    """Every kind of report."""
    return page([shown(one) for one in REPORTS.values()], None)


@bp.get("/<string:name>")
@bp.doc(
    summary="A report; `format`, or an ending like .csv, is json, text, csv, svg, html or pdf.",
    responses=_RESPONSES,
)
def one(name: str) -> Response:
    """A report that a few words ask for; `drills.csv` is `drills?format=csv`."""
    kind, form = _asked(name)
    words = {key: request.args.getlist(key) for key in request.args if key != "format"}
    try:
        body = stated(kind, words, {})
    except ValidationError as error:
        raise invalid(error, kind.body) from error
    return _made(kind, body, form)


@bp.post("/<string:name>")
@bp.doc(summary="A report that a body asks for, in the form of `format`.", responses=_RESPONSES)
def ask(name: str) -> Response:
    """A report that needs more than words to ask for."""
    kind, form = _asked(name)
    try:
        body = kind.body.model_validate_json(request.get_data() or b"{}")
    except ValidationError as error:
        raise invalid(error, kind.body) from error
    return _made(kind, body, form)


def _asked(said: str) -> tuple[Kind, Form]:
    """The kind and the form of `drills`, `drills.csv` or `drills?format=csv`."""
    name, _, ending = said.partition(".")
    return kind_for(name, principal()), _form(ending)


def _made(kind: Kind, body: Model, form: Form) -> Response:
    report = work_out(world(), kind, body, principal())
    try:
        content = written(report, form, kind.title)
    except FormMissing as error:
        raise ProblemError(HTTPStatus.NOT_ACCEPTABLE, "form-missing", str(error)) from error
    return _answered(report, form, content)


def _answered(report: Report, form: Form, content: bytes) -> Response:
    if form is Form.JSON:
        return answer(report.to_json())
    return Response(content, content_type=MEDIA[form])


def _form(ending: str) -> Form:
    """The form that an ending or `format` names; both have to name the same."""
    asked = request.args.get("format", ending or Form.JSON.value)
    if asked not in {*map(str, Form)}:
        words = f"format {quoted(asked)} is none of {', '.join(Form)}"
    elif ending not in {"", asked}:
        words = f"the ending {quoted(ending)} and format {quoted(asked)} differ: give one"
    else:
        return Form(asked)
    raise ProblemError(HTTPStatus.NOT_ACCEPTABLE, "form-missing", words)
