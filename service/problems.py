"""Problems as RFC 9457 says them: each quotes the value, says where, and shows a valid one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from reprlib import Repr
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from ontology.events import Json

TYPE: Final = "https://attune.example/problems/"
QUOTED: Final = 120
FAULTS: Final = 100
_SHORT: Final = Repr()
_SHORT.maxlevel = 3
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 2 * QUOTED
_SHORT.fillvalue = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: a JSON pointer, what is wrong there, the value, a valid one."""

    pointer: str
    detail: str
    value: str | None = None
    example: Json = None

    def json(self) -> dict[str, Json]:
        """The fault as a member of `errors`."""
        shown: dict[str, Json] = {"pointer": self.pointer, "detail": self.detail}
        if self.value is not None:
            shown["value"] = self.value
        if self.example is not None:
            shown["example"] = self.example
        return shown


class ProblemError(Exception):
    """A request that can't be served, as the caller will read it."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the document shows; at most 100 faults."""
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.faults = tuple(faults)[:FAULTS]
        self.headers = dict(headers or {})

    def json(self, request_id: str) -> dict[str, Json]:
        """The problem document."""
        document: dict[str, Json] = {
            "type": TYPE + self.kind,
            "title": self.kind.replace("-", " ").capitalize(),
            "status": int(self.status),
            "detail": self.detail,
            "instance": f"urn:attune:request:{request_id}",
        }
        if self.faults:
            document["errors"] = [fault.json() for fault in self.faults]
        return document


def quoted(value: object) -> str:
    """A value as an error shows it: Python's repr, at most 120 characters.

    >>> quoted("x" * 500)[-3:]
    "x…'"
    """
    text = _SHORT.repr(value)
    return text if len(text) <= QUOTED else text[: QUOTED - 2] + "…" + text[-1]


def pointer(path: Iterable[int | str]) -> str:
    """A JSON pointer (RFC 6901).

    >>> pointer(["facts", "a/b", 0])
    '/facts/a~1b/0'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def bad_request(detail: str, faults: Iterable[Fault] = ()) -> ProblemError:
    """A body or parameter that is not what the endpoint takes (400)."""
    return ProblemError(HTTPStatus.BAD_REQUEST, "bad-request", detail, faults=faults)


def not_found(what: str, value: str, example: str) -> ProblemError:
    """A thing that does not exist (404), quoting the id and showing the form of a valid one."""
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        "not-found",
        f"There is no {what} {quoted(value)}; an id looks like {example!r}.",
    )


def invalid(
    error: ValidationError, model: type[BaseModel], path: Sequence[int | str] = ()
) -> ProblemError:
    """A body that does not fit its model (422), every fault at once.

    Each fault shows what stands at its place in the model's example; a member that the model does
    not have shows the nearest one that it has. `path` is where the body stands in what was sent.
    """
    example = example_of(model)
    return unprocessable([_of_error(one, model, example, path) for one in _errors(error)])


def _errors(error: ValidationError) -> Sequence[Mapping[str, Any]]:
    return [dict(one) for one in error.errors(include_url=False, include_context=False)]


def _of_error(
    one: Mapping[str, Any],
    model: type[BaseModel],
    example: Mapping[str, Json],
    path: Sequence[int | str],
) -> Fault:
    where = one["loc"]
    shown = example.get(str(where[0])) if where else dict(example)
    words = str(one["msg"]).removeprefix("Value error, ")
    if one["type"] == "extra_forbidden" and len(where) == 1:
        name = str(where[0])
        near = get_close_matches(name[:80], model.model_fields, n=1)
        words = f"is no member; did you mean {near[0]!r}?" if near else "is no member"
        shown = list(model.model_fields)
    value = quoted(one["input"])
    return Fault(pointer=pointer([*path, *where]), detail=words, value=value, example=shown)


def example_of(model: type[BaseModel]) -> Mapping[str, Json]:
    """The valid body that a model shows, empty where it shows none."""
    extra = model.model_config.get("json_schema_extra")
    example = extra.get("example") if isinstance(extra, Mapping) else None
    return example if isinstance(example, dict) else {}


def unprocessable(faults: Sequence[Fault]) -> ProblemError:
    """A body with faults (422)."""
    count = f"{len(faults)} {'thing is' if len(faults) == 1 else 'things are'}"
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-input",
        f"{count} wrong with the request.",
        faults=faults,
    )
