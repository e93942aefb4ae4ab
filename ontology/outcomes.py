"""Outcomes: what of a decision touches anybody, as one text; equal where nothing changed."""

from collections.abc import Mapping
from typing import Final

import orjson

from ontology.decisions import Decision, plain_form
from ontology.events import Json

PARTS: Final[Mapping[str, Json]] = {
    "tier": None,
    "verdict": None,
    "within": None,
    "cluster": None,
    "threat": None,
    "detections": [],
    "routes": [],
    "responses": [],
    "requirements": [],
    "prohibitions": [],
    "broken": [],
    "notifications": [],
    "duties": [],
    "recovery": [],
}
"""What an outcome says, each with what an older decision said that had no such part.

Reasons are not in it: which rules fired, what they saw, which cautions there were.
"""


def outcome_text(shown: Mapping[str, Json]) -> str:
    """The outcome of a decision in its JSON form: sorted keys, no white space.

    A duty counts whichever rule brings it about.
    """
    said = {name: _kept(name, shown.get(name, empty)) for name, empty in PARTS.items()}
    return _text({name: value for name, value in said.items() if value is not None})


def part_text(name: str, shown: Json) -> str:
    """What `outcome_text` says of one part; empty where it says nothing.

    >>> part_text("tier", "board")
    '"tier":"board"'
    """
    return "" if shown is None else f'"{name}":{_text(_kept(name, shown))}'


def outcome_of(decision: Decision) -> str:
    """The outcome of a decision."""
    return outcome_text({name: plain_form(getattr(decision, name)) for name in PARTS})


def rules_of(shown: Mapping[str, Json]) -> list[str]:
    """All rules that fired for a decision in its JSON form, those that were outranked among them.

    >>> rules_of({"firings": [{"rule": "surge"}], "outranked": ["calm"]})
    ['calm', 'surge']
    """
    firings, outranked = shown.get("firings"), shown.get("outranked")
    fired = [str(one["rule"]) for one in _rows(firings)]
    return sorted({*fired, *(map(str, outranked) if isinstance(outranked, list) else ())})


def _kept(name: str, shown: Json) -> Json:
    if name == "duties" and isinstance(shown, list):
        return sorted((_unruled(one) for one in shown), key=_text)
    return shown


def _unruled(duty: Json) -> Json:
    if not isinstance(duty, dict):
        return duty
    return {name: value for name, value in duty.items() if name != "rule"}


def _rows(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
