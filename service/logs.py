"""What is logged: one JSON line each on standard error, without anything that callers said."""

import json
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, cast

import structlog
from structlog.typing import FilteringBoundLogger

LONGEST: Final = 400
"""Characters of a value that a line shows."""

_FRAMES: Final = 40
_QUOTES: Final = (ValueError, LookupError)
"""Errors whose words quote what was wrong: it may be a customer's; their type and place tell."""


def logger() -> FilteringBoundLogger:
    """A logger of JSON lines; its tracebacks have no values of variables."""
    return cast(
        FilteringBoundLogger,
        structlog.wrap_logger(
            structlog.PrintLogger(sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.dev.set_exc_info,
                _failures,
                _line,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        ),
    )


def install() -> None:
    """Let the standard library's loggers, Flask's among them, write such lines, too."""
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, _Formatter) for handler in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Formatter())
        root.addHandler(handler)


def told(error: BaseException) -> list[str]:
    """An error, what caused it, and where: types, files and lines, words that quote nothing.

    >>> told(ValueError("'ada@mail.example' is no date"))
    ['ValueError']
    """
    lines: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        name = type(at).__name__
        lines.append(name if isinstance(at, _QUOTES) else f"{name}: {_short(str(at))}".strip(": "))
        frames = traceback.extract_tb(at.__traceback__, limit=-_FRAMES)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        at = at.__cause__ or at.__context__
    return lines


def _failures(_logger: object, _name: str, line: MutableMapping[str, Any]) -> Any:  # noqa: ANN401 - structlog's interface
    """The error of a line, in words that quote nothing."""
    given = line.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["error"] = told(error)
    return line


def _line(_logger: object, _name: str, line: MutableMapping[str, Any]) -> str:
    """A line of JSON, in which no value can begin another line."""
    shown = {name: _bounded(value) for name, value in line.items()}
    return json.dumps(shown, default=lambda one: _short(str(one)))


def _bounded(value: object) -> object:
    return _short(value) if isinstance(value, str) else value


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


class _Formatter(logging.Formatter):
    """A record of the standard library as such a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "event": _short(record.getMessage()),
            "level": record.levelname.lower(),
            "at": structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", {})["timestamp"],
            "logger": record.name,
        }
        error = record.exc_info[1] if record.exc_info else None
        return json.dumps(line | ({"error": told(error)} if error else {}))
